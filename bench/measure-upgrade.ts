import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ViewerReport } from '../src/lib/viewer/viewer-report.ts';
import { ROOT, startCli } from '../test/support/cli.ts';
import { atMost, type Figure } from './figure.ts';
import { type LabCluster, withLabCluster } from './lab-cluster.ts';

const VIEWERS = 20;
/** Pictures as they come: on two cores six machines leave no time to encode. */
const STREAM = {
  name: 'demo',
  lines: ['media: { video: copy, dvrSec: 60 }', 'streams:', '  - name: demo'],
};
const PICTURE = ['--detach', '--size', '320x180', '--kbps', '300'];
/** Until all encoders and viewers run evenly. */
const SETTLE_MS = 15_000;
const START_MS = 5000;
/** What an upgrade did to viewers is seen within a buffer's length. */
const AFTER_MS = 4000;

/** One whole upgrade, of a build that no machine had, and what its viewers saw. */
interface Upgrade {
  readonly seconds: number;
  readonly seen: ViewerReport;
}

/** What viewers see while a new build is brought to six machines of a lab and goes through all of them. */
export async function measureUpgrade(runs: number, say: (line: string) => void): Promise<Figure[]> {
  say('six machines: a stream on them');
  return await withLabCluster({ name: 'bench-upgrade', stream: STREAM }, async (cluster) => {
    await cluster.cli('up');
    await cluster.cli(...cluster.outside('publish', 'test', STREAM.name, ...PICTURE));
    await sleep(SETTLE_MS);
    const upgrades: Upgrade[] = [];
    for (let run = 1; run <= runs; run++) {
      const upgrade = await upgradeUnderViewers(cluster, run);
      say(`upgrade ${run}: ${wordUpgrade(upgrade)}`);
      upgrades.push(upgrade);
    }
    return figuresOf(upgrades);
  });
}

function wordUpgrade({ seconds, seen }: Upgrade): string {
  const { stalls, deadAirMs, skips, missingFrames, errors, requests } = seen;
  return `${seconds.toFixed(1)} s · ${stalls} stalls · worst viewer ${deadAirMs.max} ms · ${skips} skips · ${missingFrames} frames missing · ${errors} of ${requests} requests failed`;
}

async function upgradeUnderViewers({ home, place, cli, outside }: LabCluster, run: number): Promise<Upgrade> {
  const build = join(home, `build-${run}`);
  await cp(join(ROOT, 'dist'), build, { recursive: true });
  const entry = join(build, 'main.js');
  await writeFile(entry, `// build ${run}\n${await readFile(entry, 'utf8')}`);
  const watching = ['viewer', 'run', '--count', String(VIEWERS), '--duration', '15m', '--json'];
  const { child, done } = startCli(outside(...watching), place);
  await sleep(START_MS);
  const seconds = await cli('upgrade', '--to', build).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  await sleep(AFTER_MS);
  child.kill('SIGINT');
  return { seconds, seen: (await done).json<ViewerReport>() };
}

function figuresOf(upgrades: readonly Upgrade[]): Figure[] {
  const sum = (count: (seen: ViewerReport) => number): number =>
    upgrades.reduce((total, { seen }) => total + count(seen), 0);
  const each = (show: (upgrade: Upgrade) => string | number): string => upgrades.map(show).join(', ');
  const of = `${upgrades.length} upgrades, ${VIEWERS} viewers, ${sum(({ requests }) => requests)} requests`;
  return [
    {
      name: 'six machines: stalls in whole upgrades',
      unit: '',
      value: sum(({ stalls, viewers, played }) => stalls + viewers - played),
      must: atMost(0),
      aim: atMost(0),
      detail: `${of}; each: ${each(({ seen }) => seen.stalls)}; worst viewer, ms: ${each(({ seen }) => seen.deadAirMs.max ?? 0)}`,
    },
    {
      name: 'six machines: missing or repeated frames in whole upgrades',
      unit: '',
      value: sum(({ missingFrames, repeatedFrames }) => missingFrames + repeatedFrames),
      must: atMost(0),
      aim: atMost(0),
      detail: of,
    },
    {
      name: 'six machines: a whole upgrade',
      unit: 's',
      value: Math.max(...upgrades.map(({ seconds }) => seconds)),
      must: null,
      aim: null,
      detail: `the longest of ${each(({ seconds }) => seconds.toFixed(1))}`,
    },
  ];
}
