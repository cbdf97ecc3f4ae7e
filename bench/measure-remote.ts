import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../test/support/cli.ts';
import { endWith } from './end-with.ts';
import { below, type Figure } from './figure.ts';
import { quantile } from './statistics.ts';

const LAB = 'bench';
const CLUSTER = 'bench-remote';
const AGAIN_RUNS = 5;

/** How long `up` takes on six machines of a lab that have the packages: the first time, and when nothing changes. */
export async function measureRemote(say: (line: string) => void): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'streamctl-bench-remote-'));
  const place = { cwd: home, home };
  const cli = async (...words: string[]): Promise<number> => {
    const began = performance.now();
    const { status, stderr } = await runCli(words, place);
    if (status !== 0) throw new Error(`streamctl ${words.join(' ')} ended with ${status}: ${stderr}`);
    return (performance.now() - began) / 1000;
  };
  const close = async (): Promise<void> => {
    await runCli(['lab', 'down', '--name', LAB], place);
    await rm(home, { recursive: true, force: true });
  };
  return await endWith(close, async () => {
    say('six machines: bringing a cluster up');
    await cli('lab', 'up', '--name', LAB, '--regions', 'us,eu,ap', '--nodes-per-region', '2');
    const include = join(home, '.labs', LAB, 'inventory.yaml');
    const spec = ['version: 1', `cluster: ${CLUSTER}`, 'driver: ssh', `include: [${include}]`];
    await writeFile(join(home, 'streamctl.yaml'), `${spec.join('\n')}\n`);
    const first = await cli('up');
    const again: number[] = [];
    for (let run = 0; run < AGAIN_RUNS; run++) again.push(await cli('up'));
    await cli('down', '--purge', `--confirm=${CLUSTER}`);
    return [figureOf('up, first time', [first], [60, 30]), figureOf('up, nothing changes', again, [5, 3])];
  });
}

function figureOf(what: string, seconds: readonly number[], [must, aim]: readonly [number, number]): Figure {
  const shown = seconds.map((one) => one.toFixed(1)).join(', ');
  return {
    name: `six machines: ${what}`,
    unit: 's',
    value: quantile(seconds, 0.5),
    must: below(must),
    aim: below(aim),
    detail: `packages present; ${seconds.length === 1 ? 'one run' : `median of ${shown}`}`,
  };
}
