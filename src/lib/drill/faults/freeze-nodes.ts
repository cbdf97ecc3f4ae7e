/** Everything of some nodes stopped (SIGSTOP): connections are taken and hang. Undone by letting them go on. */
import { fetchJson } from '../../health/ask-node.ts';
import { formatCount } from '../../health/format-count.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Fault, FaultContext } from './fault.ts';
import { findNodeProcesses, type NodeProcess, signalAll } from './node-processes.ts';
import { peersOf } from './peers-of.ts';

const MAX_ROUNDS = 20;
const PROBE_MS = 250;

export function freezeNodes(nodes: readonly string[], context: FaultContext): Fault {
  const { view, nowMs } = context;
  const peers = peersOf(view, nodes);
  return {
    label: `${nodes.join(', ')}: stop everything`,
    lostNodes: nodes,
    touchedNodes: nodes,
    lasting: true,
    mediaNodes: nodes,
    undo: [{ kind: 'continue', nodes }],
    inject: async () => {
      let running = await listRunning(view.dir, nodes);
      const atMs = nowMs();
      let count = signalAll(pidsOf(running), 'SIGSTOP');
      for (let round = 0; round < MAX_ROUNDS; round++) {
        running = await listRunning(view.dir, nodes);
        if (running.length === 0) break;
        count += signalAll(pidsOf(running), 'SIGSTOP');
      }
      return { atMs, text: `${formatCount(nodes.length, 'node')} frozen, ${count} processes stopped` };
    },
    bit: async () => {
      if ((await listRunning(view.dir, nodes)).length > 0) return null;
      const silent = await Promise.all(peers.map(isSilent));
      return silent.every(Boolean) ? `${nodes.join(', ')} take connections and answer nothing` : null;
    },
  };
}

async function listRunning(clusterDir: string, nodes: readonly string[]): Promise<NodeProcess[]> {
  const found = (await Promise.all(nodes.map((node) => findNodeProcesses(clusterDir, node)))).flat();
  return found.filter(({ stopped }) => !stopped).sort((a, b) => Number(b.supervisor) - Number(a.supervisor));
}

function pidsOf(processes: readonly NodeProcess[]): number[] {
  return processes.map(({ pid }) => pid);
}

/** The agent listens, and says nothing. */
async function isSilent({ address, ports }: Peer): Promise<boolean> {
  const asked = fetchJson(`http://${address}:${ports.agent}/v1/status`, PROBE_MS);
  return await asked.then(
    () => false,
    (error: Error) => error.message.startsWith('no answer'),
  );
}
