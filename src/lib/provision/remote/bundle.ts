/** The program and its Node as files to be uploaded: packed once on this machine, and kept until they change. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';

export interface Bundle {
  /** Name of the folder that it becomes below `program/`. */
  readonly name: string;
  /** A gzipped tar archive of what that folder holds, on this machine. */
  readonly file: string;
  /** SHA-256 of the archive, hex. */
  readonly digest: string;
}

/** Name of the folder of the Node that runs this. */
export const NODE_FOLDER = `node-${process.version.slice(1)}`;

/** Packs the built program in `source` as `digest`, and its Node; what is packed already is not packed again. */
export async function packBundles(source: string, digest: string, bundles: string): Promise<Bundle[]> {
  const [folder, file] = [dirname(process.execPath), basename(process.execPath)];
  const packed = await Promise.all([
    pack({ name: NODE_FOLDER, bundles, from: ['-C', folder, '--transform=s/.*/node/', file] }),
    pack({ name: digest, bundles, from: ['-C', source, '.'] }),
  ]);
  await removeOldBundles(
    bundles,
    packed.map(({ name }) => name),
  );
  return packed;
}

interface Packing {
  readonly name: string;
  readonly bundles: string;
  readonly from: readonly string[];
}

/** A link or mode that a file got meanwhile is a change to tar; who installs another program writes another file. */
const ONLY_LINKED = /^(tar: .*: file changed as we read it\n?)+$/;

/** Light compression: what takes longer to pack than to send is no gain. */
async function pack({ name, bundles, from }: Packing): Promise<Bundle> {
  const file = join(bundles, `${name}.tar.gz`);
  const known = await readFileOrNull(`${file}.sha256`);
  if (known !== null) return { name, file, digest: known.trim() };
  await mkdir(bundles, { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  const { exitCode, stderr } = await execa(
    'tar',
    [
      '--create',
      '--use-compress-program=gzip -1',
      '--owner=0',
      '--group=0',
      '--dereference',
      '--file',
      draft,
      ...from,
    ],
    { reject: false },
  );
  if (exitCode !== 0 && !(exitCode === 1 && ONLY_LINKED.test(stderr))) {
    await rm(draft, { force: true });
    throw new StreamctlError('ENVIRONMENT', `pack ${name}: tar ended with ${exitCode}`, {
      hint: `Make room in ${bundles}.`,
      details: { facts: { 'last lines': stderr } },
    });
  }
  const digest = await digestFile(draft);
  await rename(draft, file);
  await writeWholeFile(`${file}.sha256`, `${digest}\n`);
  return { name, file, digest };
}

async function digestFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function removeOldBundles(bundles: string, keep: readonly string[]): Promise<void> {
  for (const file of await readdir(bundles).catch((): string[] => [])) {
    if (!keep.some((name) => file.startsWith(`${name}.tar.gz`)))
      await rm(join(bundles, file), { force: true });
  }
}
