import { StreamctlError } from '../../base/errors.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { directPlaylistUrl } from '../../spec/public-urls.ts';

/**
 * Multivariant playlists where a viewer of a region would be sent by a name service that knows which edges answer: its
 * own region's, else the next ones'; all of its own when none is left. Throws NOT_FOUND when the cluster has no edge.
 */
export function entryUrls(
  { peers, regions, name }: Pick<ClusterView, 'peers' | 'regions' | 'name'>,
  {
    stream,
    region,
    avoid,
  }: { readonly stream: string; readonly region: string; readonly avoid: readonly string[] },
): string[] {
  const edges = peers.filter(({ roles }) => roles.includes('edge'));
  const order = [region, ...regions.filter((other) => other !== region)];
  const lists = order.map((one) => edges.filter((edge) => edge.region === one && !avoid.includes(edge.name)));
  const found = lists.find((list) => list.length > 0) ?? edges.filter((edge) => edge.region === region);
  if (found.length === 0) throw new StreamctlError('NOT_FOUND', `cluster ${name} has no edge`);
  return found.map((edge) => directPlaylistUrl(edge, stream));
}
