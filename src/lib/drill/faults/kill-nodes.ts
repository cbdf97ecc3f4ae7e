/** Everything of some nodes killed at once, as when their power fails. Undone by booting them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../../base/errors.ts';
import { probePort } from '../../health/ask-node.ts';
import { portsOf } from '../../health/collect-cluster.ts';
import { formatCount } from '../../health/format-count.ts';
import type { Fault, FaultContext } from './fault.ts';
import { findNodeProcesses, signalAll } from './node-processes.ts';
import { peersOf } from './peers-of.ts';
import { holdNode } from './supervision.ts';

const MAX_ROUNDS = 50;
const ROUND_MS = 10;
const PROBE_MS = 200;

export function killNodes(nodes: readonly string[], context: FaultContext): Fault {
  const { view, nowMs } = context;
  const peers = peersOf(view, nodes);
  return {
    label: `${nodes.join(', ')}: kill everything`,
    lostNodes: nodes,
    touchedNodes: nodes,
    lasting: true,
    mediaNodes: nodes,
    undo: nodes.map((node) => ({ kind: 'boot', node })),
    inject: async () => {
      await Promise.all(nodes.map((node) => holdNode(view.dir, node)));
      const pids = await listPids(view.dir, nodes);
      const atMs = nowMs();
      const count = signalAll(pids, 'SIGKILL');
      // What was just being started was not in the list.
      for (let round = 0; ; round++) {
        const left = await listPids(view.dir, nodes);
        if (left.length === 0) break;
        if (round === MAX_ROUNDS) throw outlived(left);
        signalAll(left, 'SIGKILL');
        await sleep(ROUND_MS);
      }
      return { atMs, text: `${formatCount(nodes.length, 'node')} killed, ${count} processes gone` };
    },
    bit: async () => {
      const asked = peers.flatMap((peer) => portsOf(peer).map((port) => ({ address: peer.address, port })));
      const states = await Promise.all(asked.map(({ address, port }) => probePort(address, port, PROBE_MS)));
      return states.every((state) => state === 'refused') ? `${nodes.join(', ')} refuse connections` : null;
    },
  };
}

/** Supervisors of all nodes first, so that none starts anything anew meanwhile. */
async function listPids(clusterDir: string, nodes: readonly string[]): Promise<number[]> {
  const found = (await Promise.all(nodes.map((node) => findNodeProcesses(clusterDir, node)))).flat();
  return found.sort((a, b) => Number(b.supervisor) - Number(a.supervisor)).map(({ pid }) => pid);
}

function outlived(pids: readonly number[]): StreamctlError {
  return new StreamctlError('ENVIRONMENT', `${pids.length} processes outlive SIGKILL: ${pids.join(', ')}`, {
    hint: 'They may belong to another user: run the drill as that user.',
  });
}
