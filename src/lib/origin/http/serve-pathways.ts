import type { PathwaysReport } from '../../hedge/pathway.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { edgeUrl } from '../../spec/public-urls.ts';
import { type Exchange, replyJson } from './reply.ts';
import type { ServeDeps } from './serve-playlist.ts';

interface PathwaysDeps extends ServeDeps {
  readonly node: string;
  peers(): readonly Peer[];
}

/**
 * Tells a player which edges there are, as this node knows them from its own configuration: the answer needs neither
 * agent nor store. Who asks may come here next, so the stream is got ready, as for a viewer.
 */
export function servePathways(deps: PathwaysDeps, exchange: Exchange, stream: string): void {
  const hosted = deps.streams.demand(stream);
  hosted?.viewers.see(deps.nowMs());
  const pathways = deps
    .peers()
    .filter(({ roles }) => roles.includes('edge'))
    .map((edge) => ({ name: edge.name, region: edge.region, baseUrl: edgeUrl(edge) }));
  const here = deps.steering.stateOf(hosted);
  const report: PathwaysReport = { version: 1, node: deps.node, pathways, here };
  replyJson(exchange, report);
}
