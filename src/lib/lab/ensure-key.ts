/** The ssh keys of a lab: one to log in with, one for each machine to be known by. Never printed. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runTool } from '../nodes/run-tool.ts';

/** Makes a key unless it is there (both halves); returns the public half. The private file has mode 0600. */
export async function ensureKey(file: string, comment: string): Promise<string> {
  if (![file, `${file}.pub`].every((path) => existsSync(path))) {
    await mkdir(dirname(file), { recursive: true });
    await Promise.all([file, `${file}.pub`].map((path) => rm(path, { force: true })));
    await runTool({
      what: `make the ssh key ${comment}`,
      argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file],
    });
    await chmod(file, 0o600);
  }
  return await readFile(`${file}.pub`, 'utf8');
}
