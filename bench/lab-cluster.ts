import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliPlace, ROOT, runCli } from '../test/support/cli.ts';
import { endWith } from './end-with.ts';

/** A lab of six machines in three regions, and the spec of a cluster on them. */
export interface LabCluster {
  /** Own folder, which goes away with the lab. */
  readonly home: string;
  /** Where its commands run. */
  readonly place: CliPlace;
  /** Runs a command of streamctl and returns how long it took, seconds. Throws unless it ended with 0. */
  readonly cli: (...words: string[]) => Promise<number>;
  /** Words of a command that runs inside the lab's network, as publishers and viewers out in the world do. */
  readonly outside: (...words: string[]) => string[];
}

export interface LabClusterChoice {
  readonly name: string;
  /** Lines of the spec that declare a stream, and its name; its test publisher is stopped in the end. */
  readonly stream?: { readonly name: string; readonly lines: readonly string[] };
}

/** Makes the machines, with nothing on them yet, and takes them and the cluster away when `work` is done. Takes root. */
export async function withLabCluster<T>(
  { name, stream }: LabClusterChoice,
  work: (cluster: LabCluster) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), `streamctl-${name}-`));
  const place = { cwd: home, home };
  const cli = async (...words: string[]): Promise<number> => {
    const began = performance.now();
    const { status, stderr } = await runCli(words, place);
    // What comes before is progress.
    const said = stderr.slice(Math.max(0, stderr.indexOf('✖'))).replaceAll(/\s*\n\s*/g, ' · ');
    if (status !== 0) throw new Error(`streamctl ${words.join(' ')} ended with ${status}: ${said}`);
    return (performance.now() - began) / 1000;
  };
  const outside = (...words: string[]): string[] => [
    ...['lab', 'exec', '--name', name, '--', join(ROOT, 'bin/streamctl')],
    ...words,
  ];
  // Each as far as there is something to end.
  const close = async (): Promise<void> => {
    if (stream !== undefined) await runCli(outside('publish', 'test', stream.name, '--stop'), place);
    await runCli(['down', '--purge', `--confirm=${name}`], place);
    await runCli(['lab', 'down', '--name', name], place);
    await rm(home, { recursive: true, force: true });
  };
  return await endWith(close, async () => {
    await cli('lab', 'up', '--name', name, '--regions', 'us,eu,ap', '--nodes-per-region', '2');
    const inventory = join(home, '.labs', name, 'inventory.yaml');
    const spec = ['version: 1', `cluster: ${name}`, 'driver: ssh', `include: [${inventory}]`];
    await writeFile(join(home, 'streamctl.yaml'), `${[...spec, ...(stream?.lines ?? [])].join('\n')}\n`);
    return await work({ home, place, cli, outside });
  });
}
