/** A port as a machine sees it, as a socket here: ssh carries what goes in. */
import { connect as connectSocket } from 'node:net';
import { execa } from 'execa';
import { connect } from './connection.ts';
import { controlArguments } from './ssh-arguments.ts';
import { forwardSocket, type SshTarget } from './target.ts';
import { wordSshFailure } from './word-ssh-failure.ts';

const FORWARD_MS = 5_000;

/** Returns the path of a socket that leads to the address and port. Throws what `connect` throws. */
export async function forward(target: SshTarget, address: string, port: number): Promise<string> {
  const path = forwardSocket(target, address, port);
  if (await takesConnections(path)) return path;
  await connect(target);
  const more = ['-L', `${path}:${address}:${port}`];
  const { exitCode, stderr } = await execa('ssh', controlArguments(target, 'forward', more), {
    reject: false,
    stdin: 'ignore',
    timeout: FORWARD_MS,
  });
  if (exitCode === 0) return path;
  throw wordSshFailure(target, { step: `forward port ${port}`, stderr });
}

/** A socket that the shared connection of an earlier command left is as good as a new one. */
async function takesConnections(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connectSocket(path);
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
