/**
 * Bringing one file to a machine: it appears whole and with the right digest, or not at all. An upload that was cut
 * off is gone on with where it stopped.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';
import { firstInput } from './become-root.ts';
import { run } from './run.ts';
import { quoteWord, runArguments } from './ssh-arguments.ts';
import type { SshTarget } from './target.ts';
import { wordSshFailure } from './word-ssh-failure.ts';

export interface Upload {
  /** Absolute, on this machine. */
  readonly file: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** Absolute, on the machine, in a folder that exists. */
  readonly to: string;
  /** What goes before a command there: `sudo -n ` or nothing. */
  readonly asRoot: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

const ASK_MS = 20_000;

/** Uploads a file. Throws UNREACHABLE, MACHINE_FAILED (a full disk), or PARTLY_DONE when the digest is wrong. */
export async function upload(target: SshTarget, { asRoot, ...what }: Upload): Promise<void> {
  const part = `${what.to}.${what.digest.slice(0, 12)}.part`;
  const shell = (script: string): string => `${asRoot}sh -c ${quoteWord(script)}`;
  const asking = { step: 'look for an upload that was cut off', timeoutMs: ASK_MS };
  const said = await run(target, {
    ...asking,
    command: shell(`stat -c %s ${quoteWord(part)} 2>/dev/null || echo 0`),
  });
  const { size } = await stat(what.file);
  const present = Number(said.trim());
  const start = present <= size ? present : 0;
  const operator = start === 0 ? '>' : '>>';
  if (start < size || size === 0)
    await send(target, what, { start, command: shell(`cat ${operator} ${quoteWord(part)}`) });
  const check = `echo ${what.digest}' '${quoteWord(part)} | sha256sum -c --quiet && mv -f ${quoteWord(part)} ${quoteWord(what.to)}`;
  await run(target, {
    step: 'check what was uploaded',
    command: shell(`${check} || { rm -f ${quoteWord(part)}; exit 1; }`),
    timeoutMs: ASK_MS * 3,
  });
}

async function send(
  target: SshTarget,
  { file, timeoutMs, signal }: Omit<Upload, 'asRoot'>,
  { start, command }: { readonly start: number; readonly command: string },
): Promise<void> {
  const child = execa('ssh', runArguments(target, command), {
    reject: false,
    timeout: timeoutMs,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(await firstInput(target, command));
  // What ends the command early is told by its status, not by the pipe that broke.
  await pipeline(createReadStream(file, { start }), child.stdin).catch(() => undefined);
  const { exitCode, stderr, timedOut, isCanceled } = await child;
  if (isCanceled) throw new StreamctlError('INTERRUPTED', `${target.node}: upload: interrupted`);
  if (timedOut) throw wordSshFailure(target, { step: 'upload', stderr, timedOutSec: timeoutMs / 1000 });
  if (exitCode === 0) return;
  if (/No space left/.test(stderr)) {
    throw new StreamctlError('MACHINE_FAILED', `${target.node}: upload: its disk is full`, {
      hint: 'Make room under /var/lib, then run this again: it goes on.',
      details: { node: target.node, step: 'upload' },
    });
  }
  throw wordSshFailure(target, { step: 'upload', stderr });
}
