/** Addresses that people need after `up`: where to watch, where to publish. Pure. */
import type { Peer } from '../nodes/node-config.ts';
import { directPlaylistUrl, publishUrl, watchUrl } from '../spec/public-urls.ts';

export interface Place {
  readonly region: string;
  readonly url: string;
}

/** Player pages of a stream, one per edge. */
export function watchPlaces(nodes: readonly Peer[], stream: string): Place[] {
  return nodes
    .filter(({ roles }) => roles.includes('edge'))
    .map((edge) => ({ region: edge.region, url: watchUrl(edge, stream) }));
}

/** Playlists of a stream for simulated viewers, one per edge. */
export function playlistPlaces(nodes: readonly Peer[], stream: string): Place[] {
  return nodes
    .filter(({ roles }) => roles.includes('edge'))
    .map((edge) => ({ region: edge.region, url: directPlaylistUrl(edge, stream) }));
}

/** Where encoders publish, one per ingest node; the stream key goes beside it. */
export function publishPlaces(nodes: readonly Peer[]): Place[] {
  return nodes
    .filter(({ roles }) => roles.includes('ingest'))
    .map((ingest) => ({ region: ingest.region, url: publishUrl(ingest) }));
}
