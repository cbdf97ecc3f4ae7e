/** Whether the peers of a machine's mesh answer. Runs on that machine, as root. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MeshPlan } from './mesh.ts';
import { runMeshTool } from './run-mesh-tool.ts';

export interface MeshWait {
  readonly plan: MeshPlan;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

const LOOK_MS = 100;

/**
 * Waits until every peer has shaken hands with this machine, and returns the names of those that have not by the limit: they
 * are off, or something between keeps UDP away.
 */
export async function awaitMesh({ plan, limitMs, signal }: MeshWait): Promise<readonly string[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const silent = await findSilent(plan);
    if (silent.length === 0 || performance.now() > deadline || signal.aborted) return silent;
    await sleep(LOOK_MS);
  }
}

async function findSilent({ interfaceName, peers }: MeshPlan): Promise<string[]> {
  const argv = ['wg', 'show', interfaceName, 'latest-handshakes'] as const;
  const shaken = parseHandshakes(await runMeshTool({ what: 'look at the mesh', argv: [...argv] }));
  return peers.filter(({ publicKey }) => !shaken.has(publicKey)).map(({ name }) => name);
}

/** Parses `wg show IF latest-handshakes`: the keys of the peers that ever shook hands since the interface came up. */
export function parseHandshakes(text: string): ReadonlySet<string> {
  const lines = text.split('\n').map((line) => line.split('\t'));
  return new Set(lines.filter(([, atSec]) => Number(atSec) > 0).map(([key]) => key!));
}
