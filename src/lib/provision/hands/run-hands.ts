/**
 * Hands: what must be done on a machine is done there, by the very code that does it for local nodes. It is started
 * for one command, does one request after the other, and ends when nobody asks any more; what it started stays.
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

/** Answers requests until the input ends. */
export async function runHands({ input, output }: { input: Readable; output: Writable }): Promise<void> {
  const ended = new AbortController();
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  // Whoever asked is gone: what waits for health need not wait any longer.
  input.once('end', () => ended.abort());
  output.on('error', () => ended.abort());
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = await perform(line, ended.signal);
    output.write(`${JSON.stringify(answer)}\n`);
  }
}

async function perform(line: string, signal: AbortSignal): Promise<HandsAnswer> {
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
    return { changes: changes.list, gives: await act(takes, { changes, signal }), failure: null };
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
