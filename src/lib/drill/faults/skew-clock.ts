/**
 * A node whose clock is wrong: the programs of the node go by a wall clock that is off. They are asked to by a file in its
 * data folder (nodes/node-clock.ts), which says until when; the clock of the machine stays as it is.
 */
import { rename, writeFile } from 'node:fs/promises';
import { fetchJson } from '../../health/ask-node.ts';
import { clockShiftFile, nodeLayout } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Fault, FaultContext } from './fault.ts';
import { peersOf } from './peers-of.ts';

const PROBE_MS = 2_000;

/** `skewMs`: how far ahead; below 0: behind. */
export function skewClock(node: string, skewMs: number, context: FaultContext): Fault {
  const { view, nowMs, longestMs } = context;
  const peer = peersOf(view, [node])[0]!;
  return {
    label: `${node}: its clock ${wordSkew(skewMs)}`,
    lostNodes: [],
    touchedNodes: [node],
    lasting: true,
    mediaNodes: [node],
    undo: [{ kind: 'mend-clock', node }],
    inject: async () => {
      const atMs = nowMs();
      await writeClockShift(view.dir, node, { shiftMs: skewMs, untilMs: Math.round(atMs + longestMs) });
      return { atMs, text: `clock of ${node} ${wordSkew(skewMs)}` };
    },
    bit: async () => {
      const seenMs = await measureSkew(peer, nowMs);
      const bites = seenMs !== null && seenMs * Math.sign(skewMs) > Math.abs(skewMs) / 2;
      return bites ? `its agent's clock ${wordSkew(Math.round(seenMs))}` : null;
    },
  };
}

/** Lets the node's programs go by the machine's clock again: a file that says so, since they go by what they read last. */
export async function mendClock(clusterDir: string, node: string): Promise<void> {
  await writeClockShift(clusterDir, node, { shiftMs: 0, untilMs: 0 });
}

async function writeClockShift(
  clusterDir: string,
  node: string,
  shift: { readonly shiftMs: number; readonly untilMs: number },
): Promise<void> {
  const file = clockShiftFile(nodeLayout(clusterDir, node).data);
  await writeFile(`${file}.new`, `${JSON.stringify({ version: 1, ...shift })}\n`);
  await rename(`${file}.new`, file);
}

/** How far the agent's clock is off, of what asking does not explain; null when it does not answer. */
async function measureSkew({ address, ports }: Peer, nowMs: () => number): Promise<number | null> {
  const askedMs = nowMs();
  const asked = fetchJson(`http://${address}:${ports.agent}/v1/status`, PROBE_MS);
  const report = (await asked.catch(() => null)) as { readonly nowMs?: number } | null;
  if (typeof report?.nowMs !== 'number') return null;
  const answeredMs = nowMs();
  return report.nowMs < askedMs ? report.nowMs - askedMs : Math.max(0, report.nowMs - answeredMs);
}

function wordSkew(skewMs: number): string {
  return `is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead' : 'behind'}`;
}
