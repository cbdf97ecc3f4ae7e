/** The agent's way to have its units started and stopped: one line to a socket of root's, one answer. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { StreamctlError } from '../../base/errors.ts';

const TIMEOUT_MS = 40_000;
/** An upgrade's stop and the agent's start of the same unit may meet; neither goes on about it. */
const TRIES = 4;
/** What systemctl says of a job that another one took the place of. */
const REPLACED = /^Job for .+ canceled\.$/m;

/**
 * Asks for `start NAME`, `stop NAME` or `restart NAME`; resolves when it is done. What somebody else's request for the unit took the
 * place of is asked for again. Throws ENVIRONMENT.
 */
export async function askDoor(socketPath: string, request: string): Promise<void> {
  let answer = await askOnce(socketPath, request);
  for (let tries = 1; tries < TRIES && REPLACED.test(answer); tries++)
    answer = await askOnce(socketPath, request);
  const lines = answer.trim().split('\n');
  if (lines.at(-1) === 'done') return;
  throw new StreamctlError('ENVIRONMENT', `${request}: systemd refused`, {
    hint: 'Look at the unit with systemctl status and journalctl -u on that machine.',
    details: { facts: { 'last lines': lines.slice(-4).join('\n') } },
  });
}

async function askOnce(socketPath: string, request: string): Promise<string> {
  return await exchange(socketPath, request).catch((cause: unknown) => {
    throw new StreamctlError('ENVIRONMENT', `${request}: ask systemd at ${socketPath}: ${String(cause)}`, {
      hint: 'Run streamctl up: it makes that socket.',
      cause,
    });
  });
}

async function exchange(socketPath: string, request: string): Promise<string> {
  const socket = createConnection(socketPath);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in 40 s')));
  try {
    await once(socket, 'connect');
    socket.write(`${request}\n`);
    return await text(socket);
  } finally {
    socket.destroy();
  }
}
