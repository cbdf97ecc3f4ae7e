/** The agent's way to have its units started and stopped: one line to a socket of root's, one answer. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { StreamctlError } from '../../base/errors.ts';

const TIMEOUT_MS = 40_000;

/** Asks for `start NAME`, `stop NAME` or `restart NAME`; resolves when it is done. Throws ENVIRONMENT. */
export async function askDoor(socketPath: string, request: string): Promise<void> {
  const answer = await exchange(socketPath, request).catch((cause: unknown) => {
    throw new StreamctlError('ENVIRONMENT', `${request}: ask systemd at ${socketPath}: ${String(cause)}`, {
      hint: 'Run streamctl up: it makes that socket.',
      cause,
    });
  });
  const lines = answer.trim().split('\n');
  if (lines.at(-1) === 'done') return;
  throw new StreamctlError('ENVIRONMENT', `${request}: systemd refused`, {
    hint: 'Look at the unit with systemctl status and journalctl -u on that machine.',
    details: { facts: { 'last lines': lines.slice(-4).join('\n') } },
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
