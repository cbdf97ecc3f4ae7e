/** Our end of the conversation with the hands on one machine (hands/protocol.ts). */
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { firstInput } from '../../ssh/become-root.ts';
import { connect } from '../../ssh/connection.ts';
import { quoteWord, runArguments } from '../../ssh/ssh-arguments.ts';
import type { SshTarget } from '../../ssh/target.ts';
import { SSH_FAILED, wordSshFailure } from '../../ssh/word-ssh-failure.ts';
import type { Changes } from '../changes.ts';
import {
  HANDS_VERSION,
  type HandsAction,
  type HandsActions,
  type HandsAnswer,
  type HandsFailure,
} from '../hands/protocol.ts';

export interface HandsPlaceOnMachine {
  readonly nodeBinary: string;
  /** Entry of the program there. */
  readonly entry: string;
  readonly asRoot: string;
}

/** An open conversation. Requests go one after the other. */
export interface HandsSession {
  /** Asks for one action; what it changed is noted in `changes`. Throws what the action threw there. */
  ask<Action extends HandsAction>(
    action: Action,
    takes: HandsActions[Action]['takes'],
    changes: Changes,
  ): Promise<HandsActions[Action]['gives']>;
  close(): Promise<void>;
}

/** Restarting every unit of a node, each with its time to become healthy. */
const ANSWER_MS = 4 * 60_000;
const CLOSE_MS = 3_000;
/** Hands that hear nothing for 30 s take their command for dead. */
const SIGN_MS = 5_000;

/** Starts the hands on a machine that has the program. */
export async function openHands(
  target: SshTarget,
  place: HandsPlaceOnMachine,
  signal?: AbortSignal,
): Promise<HandsSession> {
  await connect(target, signal);
  const words = [place.nodeBinary, place.entry, 'daemon', 'hands'].map(quoteWord).join(' ');
  const command = `${place.asRoot}${words}`;
  const first = await firstInput(target, command);
  const child = execa('ssh', runArguments(target, command), {
    reject: false,
    buffer: { stdout: false, stderr: true },
    maxBuffer: 1_000_000,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on('error', () => undefined);
  child.stdin.write(first);
  // Hands that wait for health stop waiting, and answer.
  const hangUp = (): void => void child.stdin.end();
  signal?.addEventListener('abort', hangUp, { once: true });
  const living = setInterval(() => child.stdin.write('\n'), SIGN_MS).unref();
  const next = async (step: string): Promise<string> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGTERM');
        reject(wordSshFailure(target, { step, stderr: '', timedOutSec: ANSWER_MS / 1000 }));
      }, ANSWER_MS);
    });
    const line = await Promise.race([lines.next(), late]).finally(() => clearTimeout(timer));
    if (line.done !== true) return line.value;
    const { exitCode, stderr } = await child;
    throw wordEnd(target, { step, stderr, status: exitCode ?? SSH_FAILED });
  };
  return {
    async ask(action, takes, changes) {
      child.stdin.write(`${JSON.stringify({ version: HANDS_VERSION, action, takes })}\n`);
      const answer = JSON.parse(await next(action)) as HandsAnswer<typeof action>;
      changes.note(answer.changes.map(({ node, text }) => ({ node: node ?? target.node, text })));
      if (answer.failure !== null) throw revive(target.node, answer.failure);
      return answer.gives as HandsActions[typeof action]['gives'];
    },
    async close() {
      signal?.removeEventListener('abort', hangUp);
      clearInterval(living);
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGTERM'), CLOSE_MS);
      await child;
      clearTimeout(timer);
    },
  };
}

function revive(node: string, { code, message, hint, details }: HandsFailure): StreamctlError {
  return new StreamctlError(code, message.includes(node) ? message : `${node}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { node, ...(details as object | undefined) },
  });
}

function wordEnd(target: SshTarget, end: { step: string; stderr: string; status: number }): StreamctlError {
  const { step, stderr, status } = end;
  if (status === SSH_FAILED) return wordSshFailure(target, { step, stderr });
  return new StreamctlError(
    'MACHINE_FAILED',
    `${target.node}: ${step}: the program there ended with ${status}`,
    {
      hint: 'Run this again: it goes on.',
      details: {
        node: target.node,
        step,
        facts: { 'last lines': stderr.trim().split('\n').slice(-5).join('\n') },
      },
    },
  );
}
