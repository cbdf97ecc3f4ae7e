/** Bringing the program to a machine, as one folder that appears whole. */
import { posix } from 'node:path';
import { run } from '../../ssh/run.ts';
import { quoteWord } from '../../ssh/ssh-arguments.ts';
import type { SshTarget } from '../../ssh/target.ts';
import { upload } from '../../ssh/upload.ts';
import type { Bundle } from './bundle.ts';

export interface Delivery {
  readonly bundle: Bundle;
  /** The cluster's `program/` folder on the machine. */
  readonly programs: string;
  readonly asRoot: string;
  readonly signal: AbortSignal;
}

/** A slow line takes its time; a dead one is noticed by ssh. */
const UPLOAD_MS = 15 * 60_000;
const UNPACK_MS = 60_000;

/** Uploads and unpacks one bundle; one that was cut off is gone on with. */
export async function bringBundle(
  target: SshTarget,
  { bundle, programs, asRoot, signal }: Delivery,
): Promise<void> {
  const archive = posix.join(programs, `${bundle.name}.tar.gz`);
  const folder = posix.join(programs, bundle.name);
  await run(target, {
    step: 'make the folder of programs',
    command: `${asRoot}sh -c ${quoteWord(`umask 022; mkdir -p ${quoteWord(programs)}`)}`,
    timeoutMs: UNPACK_MS,
    signal,
  });
  await upload(target, {
    file: bundle.file,
    digest: bundle.digest,
    to: archive,
    asRoot,
    timeoutMs: UPLOAD_MS,
    signal,
  });
  const [from, draft, to] = [archive, `${folder}.new`, folder].map(quoteWord);
  const script = `rm -rf ${draft} && mkdir ${draft} && tar -xzf ${from} -C ${draft} && chmod 755 ${draft} && rm -rf ${to} && mv ${draft} ${to} && rm -f ${from}`;
  await run(target, {
    step: `unpack ${bundle.name}`,
    command: `${asRoot}sh -c ${quoteWord(script)}`,
    timeoutMs: UNPACK_MS,
    signal,
  });
}
