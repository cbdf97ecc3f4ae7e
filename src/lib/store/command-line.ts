/** Commands to a Redis or a Sentinel without a library, for what must start fast. */
import { connect } from 'node:net';
import { type Reach, reachDirectly } from '../base/reach.ts';
import { formatCommand, type Reply, ReplyParser } from './resp.ts';
import type { Place } from './store-site.ts';

export interface CommandLine {
  readonly ask: (words: readonly string[]) => Promise<Reply>;
  close(): void;
}

export interface CommandLineOptions {
  readonly timeoutMs: number;
  readonly reach?: Reach | undefined;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** Sends commands without waiting for one another; replies come in the same order. Silence of `timeoutMs` ends it. */
export async function openCommandLine(
  { address, port }: Place,
  { timeoutMs, reach = reachDirectly }: CommandLineOptions,
): Promise<CommandLine> {
  const socket = connect(await reach(address, port));
  const parser = new ReplyParser();
  const waiting: Waiting[] = [];
  let failure: unknown = null;
  const fail = (error: unknown): void => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(failure);
    socket.destroy();
  };
  socket.setTimeout(timeoutMs, () => fail(new Error('no answer')));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  socket.on('data', (chunk) => {
    try {
      for (const reply of parser.push(chunk as Buffer)) settle(waiting.shift(), reply);
    } catch (error) {
      fail(error);
    }
  });
  const ask = (words: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (failure !== null) return reject(failure);
      waiting.push({ resolve, reject });
      socket.write(formatCommand(words));
    });
  return { ask, close: () => socket.destroy() };
}

function settle(waiting: Waiting | undefined, reply: Reply): void {
  if (typeof reply === 'object' && reply !== null && 'error' in reply)
    waiting?.reject(new Error(reply.error));
  else waiting?.resolve(reply);
}
