/** Running a command on a machine: bounded in time, with its input, and with words when it fails. */
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';
import { firstInput } from './become-root.ts';
import { connect } from './connection.ts';
import { runArguments } from './ssh-arguments.ts';
import type { SshTarget } from './target.ts';
import { SSH_FAILED, wordSshFailure } from './word-ssh-failure.ts';

export interface RemoteCall {
  /** What it is for, for errors: `collect facts`. */
  readonly step: string;
  /** For the login's shell; quote what is not ours (`quoteWord`). Never a secret. */
  readonly command: string;
  /** Standard input; empty when absent. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface RemoteResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its status. Throws when ssh fails or the time is over. */
export async function tryRun(target: SshTarget, call: RemoteCall): Promise<RemoteResult> {
  const { step, command, input, timeoutMs, signal } = call;
  await connect(target, signal);
  const { exitCode, stdout, stderr, timedOut, isCanceled } = await execa(
    'ssh',
    runArguments(target, command),
    {
      reject: false,
      input: Buffer.concat([Buffer.from(await firstInput(target, command)), Buffer.from(input ?? '')]),
      timeout: timeoutMs,
      stripFinalNewline: false,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    },
  );
  if (isCanceled) throw new StreamctlError('INTERRUPTED', `${target.node}: ${step}: interrupted`);
  if (timedOut) throw wordSshFailure(target, { step, stderr, timedOutSec: timeoutMs / 1000 });
  if (exitCode === undefined || exitCode === SSH_FAILED) throw wordSshFailure(target, { step, stderr });
  return { status: exitCode, stdout, stderr };
}

/** The same, for a command that should succeed. Throws MACHINE_FAILED with the last lines of its standard error. */
export async function run(target: SshTarget, call: RemoteCall): Promise<string> {
  const { status, stdout, stderr } = await tryRun(target, call);
  if (status === 0) return stdout;
  throw new StreamctlError('MACHINE_FAILED', `${target.node}: ${call.step}: ended with ${status}`, {
    hint: 'Mend what it says on the machine, then run this again: it goes on.',
    details: {
      node: target.node,
      step: call.step,
      facts: { 'last lines': stderr.trim().split('\n').slice(-5).join('\n') },
    },
  });
}
