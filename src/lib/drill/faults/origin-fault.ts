/**
 * An origin that misbehaves: serves late, with errors, or goes stale. It is asked to by a file in its node's data folder,
 * which only who runs the node can write; the file says until when, so that a fault ends by itself whatever becomes of
 * the drill. Nothing that comes over the network can arm it.
 */
import { rename, writeFile } from 'node:fs/promises';
import { nodeLayout, originFaultFile } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Fault, FaultContext, OriginFaultMode } from './fault.ts';
import { peersOf } from './peers-of.ts';

export function originFault(node: string, mode: OriginFaultMode, context: FaultContext): Fault {
  const { view, nowMs, longestMs } = context;
  const peer = peersOf(view, [node])[0]!;
  const file = originFaultFile(nodeLayout(view.dir, node).data);
  return {
    label: `${node}: its origin ${wordMode(mode)}`,
    lostNodes: [],
    touchedNodes: [node],
    lasting: true,
    mediaNodes: [node],
    undo: [{ kind: 'mend-origin', node }],
    inject: async () => {
      const atMs = nowMs();
      const text = JSON.stringify({ version: 1, ...mode, untilMs: Math.round(atMs + longestMs) });
      await writeFile(`${file}.new`, `${text}\n`);
      await rename(`${file}.new`, file);
      return { atMs, text: `origin of ${node} ${wordMode(mode)}` };
    },
    bit: async () => await askOrigin(peer),
  };
}

/** The origin itself says which fault it has taken up. */
async function askOrigin({ address, ports }: Peer): Promise<string | null> {
  const response = await fetch(`http://${address}:${ports.origin}/status`, {
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  const fault = response?.headers.get('x-drill-fault') ?? null;
  await response?.body?.cancel();
  return fault === null ? null : `the origin says so: ${fault}`;
}

function wordMode(mode: OriginFaultMode): string {
  if (mode.kind === 'stale') return 'takes no new media';
  if (mode.kind === 'slow') return `answers ${mode.delayMs} ms late`;
  return `answers ${mode.percent} % with 503`;
}
