/** Which programs a cluster could run: that of this command, those of this machine, those on the nodes' machines. */
import { join } from 'node:path';
import type { UpContext } from '../provision/context.ts';
import { digestProgram } from '../provision/program.ts';
import type { KnownProgram } from './find-program.ts';

/** Lists them, that of this command first. Throws what reaching the machines throws. */
export async function listPrograms(context: UpContext): Promise<readonly KnownProgram[]> {
  const { driver, layout, source, version } = context;
  const installed = await driver.programs(context);
  const own = { digest: await digestProgram(source), version, folder: source, own: true, nodes: [] };
  const isHere = driver.machineDir === layout.dir;
  const others = installed.map((one) => ({
    ...one,
    own: false,
    folder: isHere ? join(layout.programs, one.digest) : null,
  }));
  return mergePrograms([own, ...others]);
}

/** What is known of one program in several places is put together. Pure. */
export function mergePrograms(found: readonly KnownProgram[]): readonly KnownProgram[] {
  const merged = new Map<string, KnownProgram>();
  for (const one of found) {
    const known = merged.get(one.digest);
    if (known === undefined) merged.set(one.digest, one);
    else merged.set(one.digest, { ...known, nodes: [...new Set([...known.nodes, ...one.nodes])] });
  }
  return [...merged.values()];
}
