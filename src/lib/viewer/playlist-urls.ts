import { StreamctlError } from '../base/errors.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { directPlaylistUrl } from '../spec/public-urls.ts';

/**
 * Multivariant playlists of a stream on the edges of one region, or of all regions when it is null.
 * Throws NOT_FOUND when there is no such region, or no edge in it.
 */
export function playlistUrls(cluster: ClusterView, stream: string, region: string | null): string[] {
  if (region !== null && !cluster.regions.includes(region)) {
    throw new StreamctlError('NOT_FOUND', `cluster "${cluster.name}" has no region "${region}"`, {
      hint: `Choose one of: ${cluster.regions.join(', ')}.`,
    });
  }
  const edges = cluster.peers.filter(
    (peer) => peer.roles.includes('edge') && (region === null || peer.region === region),
  );
  if (edges.length === 0) throw new StreamctlError('NOT_FOUND', `no edge in region "${region}"`);
  return edges.map((edge) => directPlaylistUrl(edge, stream));
}
