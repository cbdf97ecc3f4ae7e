/** Where the world reaches a node: what viewers play and where encoders publish. Pure. */
import type { Peer } from '../nodes/node-config.ts';

const RTMP_DEFAULT_PORT = 1935;

/** The name or address by which viewers and publishers reach a node. */
export function publicHost({ publicAddress, address }: Pick<Peer, 'publicAddress' | 'address'>): string {
  return publicAddress ?? address;
}

/** What viewers know an edge by; no slash at the end. */
export function edgeUrl(edge: Peer): string {
  return `http://${publicHost(edge)}:${edge.ports.http}`;
}

/** The multivariant playlist of a stream on an edge. */
export function playlistUrl(edge: Peer, stream: string): string {
  return `${edgeUrl(edge)}/live/${stream}/index.m3u8`;
}

/** The player page of a stream on an edge. */
export function watchUrl(edge: Peer, stream: string): string {
  return `${edgeUrl(edge)}/watch/${stream}`;
}

/** Where encoders publish on an ingest node; the stream key goes beside it. The usual port is left out. */
export function publishUrl(ingest: Peer): string {
  const { rtmp } = ingest.ports;
  return `rtmp://${publicHost(ingest)}${rtmp === RTMP_DEFAULT_PORT ? '' : `:${rtmp}`}/live`;
}
