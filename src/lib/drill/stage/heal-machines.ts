import { posix } from 'node:path';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { targetOf } from '../../nodes/reach.ts';
import { findProgram } from '../../provision/remote/find-program.ts';
import { MACHINES_HOME } from '../../provision/remote/machines-home.ts';
import { run } from '../../ssh/run.ts';
import { quoteWord } from '../../ssh/ssh-arguments.ts';
import type { SshSettings } from '../../ssh/target.ts';
import type { Healing } from '../undo/undo-action.ts';

const TIMEOUT_MS = 60_000;

/** Undoes all that drills have armed on the machines of a cluster; one that cannot be reached counts as a failure. */
export async function healMachines(
  view: ClusterView,
  ssh: SshSettings,
  signal: AbortSignal,
): Promise<readonly Healing[]> {
  const results = await Promise.allSettled(
    view.peers.map((peer) => healMachine(view.name, { peer, ssh, signal })),
  );
  return results.map((result, at) =>
    result.status === 'fulfilled'
      ? result.value
      : { healed: [], failed: [`${view.peers[at]!.name}: ${String((result.reason as Error).message)}`] },
  );
}

export interface Machine {
  readonly peer: Peer;
  readonly ssh: SshSettings;
  readonly signal: AbortSignal;
}

/** Undoes all that drills have armed on one machine. Throws what ssh throws. */
export async function healMachine(cluster: string, { peer, ssh, signal }: Machine): Promise<Healing> {
  const clusterDir = posix.join(MACHINES_HOME, cluster);
  const target = await targetOf(peer, ssh);
  const { nodeBinary, entry, asRoot } = await findProgram(target, clusterDir, signal);
  const words = [nodeBinary, entry, 'daemon', 'heal', '--config', clusterDir].map(quoteWord).join(' ');
  const call = { step: 'undo what is armed', command: `${asRoot}${words}`, timeoutMs: TIMEOUT_MS, signal };
  return JSON.parse(await run(target, call)) as Healing;
}
