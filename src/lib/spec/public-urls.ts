/** Where the world reaches a node: what viewers play and where encoders publish. Pure. */
import type { Peer } from '../nodes/node-config.ts';

const RTMP_DEFAULT_PORT = 1935;

/** The name or address by which viewers and publishers reach a node. */
export function publicHost({ publicAddress, address }: Pick<Peer, 'publicAddress' | 'address'>): string {
  return publicAddress ?? address;
}

/** What viewers know an edge by, which may be a proxy before it; no slash at the end. */
export function edgeUrl(edge: Peer): string {
  return edge.url ?? directUrl(edge);
}

/** An edge itself, whatever stands before it: simulated viewers and drills go there. No slash at the end. */
export function directUrl(edge: Peer): string {
  return `http://${publicHost(edge)}:${edge.ports.http}`;
}

/** Of the edges with a proxy before them: what viewers know them by → themselves. */
export function directWays(nodes: readonly Peer[]): ReadonlyMap<string, string> {
  return new Map(nodes.flatMap((node) => (node.url === undefined ? [] : [[node.url, directUrl(node)]])));
}

/** The multivariant playlist of a stream on an edge. */
export function playlistUrl(edge: Peer, stream: string): string {
  return `${edgeUrl(edge)}/live/${stream}/index.m3u8`;
}

/** The same on the edge itself. */
export function directPlaylistUrl(edge: Peer, stream: string): string {
  return `${directUrl(edge)}/live/${stream}/index.m3u8`;
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
