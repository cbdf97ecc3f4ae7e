/**
 * Hands: what must be done on a machine is done there, by the very code that does it for local nodes. It is started
 * for one command, does one request after the other, and ends when nobody asks any more; what it started stays.
 *
 * A command that lives says so with empty lines. Once its hands hold the machine, silence for 30 s is the end, as that of the input
 * is: a command that hangs, or whose machine lost the way here, keeps nobody else from this one.
 */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';
import { Changes } from '../changes.ts';
import { HANDS_ACTIONS, type HandsContext } from './actions.ts';
import {
  HANDS_VERSION,
  type HandsAction,
  type HandsAnswer,
  type HandsFailure,
  type HandsRequest,
} from './protocol.ts';

export interface HandsIo {
  readonly input: Readable;
  readonly output: Writable;
  /** Without a sign of life for so long the command counts as dead, milliseconds. */
  readonly silenceMs?: number;
}

const SILENCE_MS = 30_000;

/** Answers requests until the input ends, or its other side is silent. */
export async function runHands({ input, output, silenceMs = SILENCE_MS }: HandsIo): Promise<void> {
  const ended = new AbortController();
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  // Whoever asked is gone: what waits for health need not wait any longer.
  input.once('end', () => ended.abort());
  output.on('error', () => ended.abort());
  const watch = watchLife(input, silenceMs, () => {
    ended.abort();
    lines.close();
    input.destroy();
  });
  const undos: (() => Promise<void>)[] = [];
  const atEnd = (undo: () => Promise<void>): void => {
    undos.push(undo);
    watch.begin();
  };
  const context = { signal: ended.signal, atEnd };
  try {
    for await (const line of lines) {
      if (line.trim() === '') continue;
      const answer = await perform(line, context);
      output.write(`${JSON.stringify(answer)}\n`);
    }
  } finally {
    watch.close();
    for (const undo of undos) await undo();
  }
}

interface LifeWatch {
  begin(): void;
  close(): void;
}

/** From `begin` on, calls `onSilence` when nothing has come for too long. */
function watchLife(input: Readable, silenceMs: number, onSilence: () => void): LifeWatch {
  let timer: NodeJS.Timeout | undefined;
  const listen = (): void => void timer?.refresh();
  input.on('data', listen);
  return {
    begin: () => {
      timer ??= setTimeout(onSilence, silenceMs);
    },
    close: () => {
      clearTimeout(timer);
      input.off('data', listen);
    },
  };
}

async function perform(line: string, context: Omit<HandsContext, 'changes'>): Promise<HandsAnswer> {
  let changes = new Changes('plan');
  try {
    const { version, action, takes } = JSON.parse(line) as HandsRequest;
    const act = HANDS_ACTIONS[action] as Perform | undefined;
    if (version !== HANDS_VERSION || act === undefined) {
      throw new StreamctlError(
        'CONFLICT',
        `the program on the machine does not know "${action}" of version ${version}`,
        {
          hint: 'Use one version of streamctl, and run streamctl up with it.',
        },
      );
    }
    changes = new Changes(takes.apply ? 'apply' : 'plan');
    return { changes: changes.list, gives: await act(takes, { ...context, changes }), failure: null };
  } catch (error) {
    return { changes: changes.list, gives: null, failure: describe(toStreamctlError(error)) };
  }
}

type Perform = (
  takes: HandsRequest['takes'],
  context: HandsContext,
) => Promise<HandsAnswer<HandsAction>['gives']>;

function describe({ code, message, hint, details }: StreamctlError): HandsFailure {
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  };
}
