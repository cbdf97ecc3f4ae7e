/** Addresses that people need after `up`: where to watch, where to publish. Pure. */
import type { Peer } from '../nodes/node-config.ts';

export interface Place {
  readonly region: string;
  readonly url: string;
}

/** Player pages of a stream, one per edge. */
export function watchPlaces(nodes: readonly Peer[], stream: string): Place[] {
  return nodes
    .filter(({ roles }) => roles.includes('edge'))
    .map(({ region, address, ports }) => ({
      region,
      url: `http://${address}:${ports.http}/watch/${stream}`,
    }));
}

/** Playlists of a stream, one per edge. */
export function playlistPlaces(nodes: readonly Peer[], stream: string): Place[] {
  return nodes
    .filter(({ roles }) => roles.includes('edge'))
    .map(({ region, address, ports }) => ({
      region,
      url: `http://${address}:${ports.http}/live/${stream}/index.m3u8`,
    }));
}

/** Where encoders publish, one per ingest node; the stream key goes beside it. */
export function publishPlaces(nodes: readonly Peer[]): Place[] {
  return nodes
    .filter(({ roles }) => roles.includes('ingest'))
    .map(({ region, address, ports }) => ({
      region,
      url: `rtmp://${address}${ports.rtmp === 1935 ? '' : `:${ports.rtmp}`}/live`,
    }));
}
