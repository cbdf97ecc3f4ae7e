/**
 * A machine for one command at a time, whether the store answers or not: a lock file there, of the hands that work for the
 * command. It is void when they have ended, and they end with their command (run-hands.ts).
 */
import { StreamctlError } from '../../base/errors.ts';
import { clusterLayout } from '../../nodes/layout.ts';
import type { CiRun } from '../../store/operator-lease.ts';
import { findHolder, type LockHolder, takeLock } from '../lock.ts';
import type { HandsContext } from './actions.ts';
import type { HandsPlace } from './protocol.ts';

/** The command that hands work for. */
export interface MachineHolder {
  /** The same for all hands of one command. */
  readonly id: string;
  /** `user@host`, or who started the CI run. */
  readonly who: string;
  readonly host: string;
  readonly ci: CiRun | null;
  /** `streamctl up`. */
  readonly command: string;
}

export interface HoldRequest extends HandsPlace {
  readonly holder: MachineHolder;
  /** How long to wait for others: hands of a command that was killed end what they are at. */
  readonly waitMs: number;
}

/** Takes the machine until these hands end. Throws LOCKED with whose it is. */
export async function holdMachine(
  { clusterDir, holder, waitMs }: HoldRequest,
  { atEnd, signal }: Pick<HandsContext, 'atEnd' | 'signal'>,
): Promise<null> {
  const file = clusterLayout(clusterDir).lock;
  const { command, ...identity } = holder;
  if ((await findHolder(file))?.id === holder.id) return null;
  try {
    atEnd(await takeLock({ file, command, waitMs, signal, identity }));
    return null;
  } catch (error) {
    throw (await wordHolder(file)) ?? error;
  }
}

async function wordHolder(file: string): Promise<StreamctlError | null> {
  const holder = await findHolder(file);
  if (holder === null) return null;
  const { command, who = holder.user, host = 'this machine' } = holder;
  return new StreamctlError('LOCKED', `${command} is changing the machine already, from ${host}`, {
    hint: 'Wait for it, then run this again. When it is dead, its hands end within 30 s.',
    details: { holder, facts: { 'held by': `${who} on ${host}, for ${wordAge(holder)}` } },
  });
}

function wordAge({ sinceMs }: Pick<LockHolder, 'sinceMs'>): string {
  return `${Math.max(0, Math.round((Date.now() - sinceMs) / 1000))} s`;
}
