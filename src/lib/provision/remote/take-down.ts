/** Stopping a cluster on all its machines. It needs no spec, and doing it twice is fine. */
import { posix } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { targetOf } from '../../nodes/reach.ts';
import type { MeshBlock } from '../../spec/resolve-spec.ts';
import type { SshSettings } from '../../ssh/target.ts';
import { Changes } from '../changes.ts';
import type { DownResult } from '../down.ts';
import type { MachineHolder } from '../hands/hold-machine.ts';
import { meshInterface } from '../mesh/mesh.ts';
import { findProgram } from './find-program.ts';
import { openHands } from './hands-session.ts';
import { HOLD_MS } from './machine-room.ts';
import { MACHINES_HOME } from './machines-home.ts';
import { onMachines } from './on-machines.ts';

export interface RemoteDown {
  readonly cluster: string;
  readonly ssh: SshSettings;
  readonly peers: readonly Peer[];
  readonly mesh: MeshBlock | null;
  /** Deletes everything of the cluster on the machines: keys, recordings, logs, the program. */
  readonly purge: boolean;
  readonly holder: MachineHolder;
  readonly signal: AbortSignal;
  readonly doing: (text: string) => void;
}

/** Stops it everywhere. Throws, with the outcome of every machine, when one cannot be reached. */
export async function takeMachinesDown(down: RemoteDown): Promise<DownResult> {
  const { ssh, peers, purge, doing } = down;
  let stopped = 0;
  let killed = 0;
  await onMachines({
    step: 'stop',
    items: peers,
    nodeOf: ({ name }: Peer) => name,
    parallel: ssh.parallel,
    begun: () => stopped > 0,
    doing,
    work: async (peer) => {
      const done = await takeMachineDown(peer, down);
      stopped += done.stopped;
      killed += done.killed;
    },
  });
  return { stopped, killed, purged: purge };
}

async function takeMachineDown(peer: Peer, { cluster, ssh, mesh, purge, holder, signal }: RemoteDown) {
  if (signal.aborted) throw new StreamctlError('INTERRUPTED', `${peer.name}: stop: interrupted`);
  const interfaceName = mesh === null ? null : meshInterface(cluster, mesh.block);
  const clusterDir = posix.join(MACHINES_HOME, cluster);
  const target = await targetOf(peer, ssh);
  const place = await findProgram(target, clusterDir, signal).catch((error: StreamctlError) => {
    if (error.code === 'NOT_FOUND') return null;
    throw error;
  });
  if (place === null) return { stopped: 0, killed: 0 };
  const hands = await openHands(target, place, signal);
  const changes = new Changes('apply');
  try {
    await hands.ask('hold', { clusterDir, apply: true, holder, waitMs: HOLD_MS }, changes);
    return await hands.ask('down', { clusterDir, apply: true, purge, interfaceName }, changes);
  } finally {
    await hands.close();
  }
}
