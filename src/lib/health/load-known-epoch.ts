import { type Reach, reachDirectly } from '../base/reach.ts';
import type { Peer } from '../nodes/node-config.ts';
import { fetchJson } from './ask-node.ts';

const TIMEOUT_MS = 700;

/** The highest epoch of the ring that an agent knows; 0 when none answers. Asks all at once, and none for long. */
export async function loadKnownEpoch(peers: readonly Peer[], reach: Reach = reachDirectly): Promise<number> {
  const epochs = await Promise.all(
    peers.map(async ({ address, ports }) => {
      const report = await fetchJson(`http://${address}:${ports.agent}/v1/status`, TIMEOUT_MS, reach).catch(
        () => null,
      );
      const epoch = (report as { ring?: { epoch?: unknown } | null } | null)?.ring?.epoch;
      return typeof epoch === 'number' ? epoch : 0;
    }),
  );
  return Math.max(0, ...epochs);
}
