import { loadClusters } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { findPortHolder } from '../../nodes/port-holder.ts';
import { type Check, type Finding, fine } from './check.ts';

/** Addresses of clusters that something else holds. */
export const portsCheck: Check = {
  name: 'ports',
  run: async ({ home }) => {
    const clusters = await loadClusters(home);
    const found: Omit<Finding, 'check'>[] = [];
    for (const { dir, peers } of clusters) {
      for (const peer of peers) found.push(...(await findForeign(dir, peer)));
    }
    return found.length > 0
      ? found
      : [fine(`nothing foreign on the addresses of ${clusters.length} clusters`)];
  },
};

async function findForeign(clusterDir: string, peer: Peer): Promise<Omit<Finding, 'check'>[]> {
  const found: Omit<Finding, 'check'>[] = [];
  for (const [name, port] of Object.entries(peer.ports) as [string, number][]) {
    const holder = await findPortHolder(peer.address, port);
    if (holder === null || holder.clusterDir === clusterDir) continue;
    found.push({
      state: 'warning',
      text: `${peer.address}:${port} (${name} of ${peer.name}) is held by ${holder.command}, pid ${holder.pid}, user ${holder.user}`,
      remedy: `Stop it, or set nodes.${peer.name}.ports.${name}.`,
      fix: null,
    });
  }
  return found;
}
