/**
 * `npm run bench:drills`: what viewers see of every fault, here and now, as a table and as JSON in bench-results/.
 *
 * A cluster of its own with default settings, each drill `--repeat` times at random moments of the segment, each through
 * `streamctl drill` as a user runs it. Figures are not tests: a miss is shown as one and the exit status stays 0.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDemoCluster } from '../test/support/demo-cluster.ts';
import { measureDrills } from './drill-figures.ts';
import { endWith } from './end-with.ts';
import { formatTable, markOf } from './figure.ts';
import { describeMachine } from './machine.ts';
import { type DrillSeries, runDrillSeries } from './run-drill-series.ts';

/** One-minute load from which other work disturbs the figures. */
const BUSY_LOAD = 0.5;
/**
 * Default settings, but for the recording, a picture that two cores encode twice beside everything else, and no shedding:
 * a replica without its top rendition is no steady state until the next publish session.
 */
const MEDIA = `  dvrSec: 60
  shedTopRendition: false
  ladder: [{ name: 360p, width: 640, height: 360, videoKbps: 600 }, { name: 240p, width: 426, height: 240, videoKbps: 400 }]`;
const PICTURE = ['--size', '640x360', '--kbps', '900'];
/** With `--light`: next to nothing to encode, for a machine that has other work. */
const LIGHT_MEDIA = `  dvrSec: 60
  shedTopRendition: false
  ladder: [{ name: 144p, width: 256, height: 144, videoKbps: 150 }]`;
const LIGHT_PICTURE = ['--size', '320x180', '--fps', '25', '--kbps', '300'];
/** A second origin in eu, so that there is where to place a lost replica anew. */
const NODES = `  - { name: us-1, region: us, roles: [store, ingest, origin] }
  - { name: us-2, region: us, roles: [edge] }
  - { name: eu-1, region: eu, roles: [ingest, origin] }
  - { name: eu-2, region: eu, roles: [edge] }
  - { name: eu-3, region: eu, roles: [origin] }`;

/** Drill and its words; `@eu` is the node with the replica in eu, `@run` the number of the run. */
const DRILLS: readonly string[] = [
  'fail-region eu --duration 5s',
  'fail-region us --duration 5s',
  'freeze-region eu --duration 5s',
  'freeze-region us --duration 5s',
  'fail-node @eu --duration 12s',
  'freeze-node @eu --duration 12s',
  'fail-ingest eu --duration 8s',
  'kill-transcoder demo --duration 6s',
  'freeze-transcoder demo --duration 8s',
  'gap-packager demo --duration 13s',
  'stale-origin eu-2 --duration 8s',
  'slow-origin eu-2 500 --duration 8s',
  'errors-origin eu-2 30 --duration 8s',
  'fail-edge eu-2 --duration 8s',
  'fail-store --duration 8s',
  'flap-publisher demo --duration 15s',
  'surge us 100 --duration 10s',
  'rot --duration 30s --seed @run',
];
/** On a cluster whose slate is over soon, so that the stream ends within the drill. */
const ENDING_DRILLS: readonly string[] = ['drop-publisher demo --duration 8s'];
const ENDING_MEDIA = '\n  slate: { maxSec: 3 }';

const { values: flags } = parseArgs({
  options: {
    repeat: { type: 'string', default: '3' },
    viewers: { type: 'string', default: '100' },
    /** Length of fail-control. */
    minutes: { type: 'string', default: '1' },
    /** Comma-separated drills, by their first words: `fail-region`, `fail-region eu`. */
    only: { type: 'string', default: '' },
    /** Loader of the viewers: hedged or none. */
    loader: { type: 'string', default: 'hedged' },
    /** For how long all must be well before each fault and after it. */
    calm: { type: 'string', default: '3s' },
    light: { type: 'boolean', default: false },
    /** Loopback addresses of the cluster, `127.N.0.0/16`; else from its name. */
    block: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..');
const say = (line: string): void => {
  process.stderr.write(`  ${line}\n`);
};
const only = flags.only.split(',');
const choose = (drills: readonly string[]): readonly string[] =>
  drills.filter((words) => only.some((first) => `${words} `.startsWith(first === '' ? '' : `${first} `)));
const machine = await describeMachine(root);
if (loadavg()[0]! > BUSY_LOAD)
  say(`this machine is busy (${machine.load}): figures will be worse than it can do`);
const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort());
const series: DrillSeries[] = [];

/** Runs drills on a cluster of their own. */
async function runOnCluster(drills: readonly string[], moreMedia: string): Promise<void> {
  if (drills.length === 0 || stopping.signal.aborted) return;
  const media = (flags.light ? LIGHT_MEDIA : MEDIA) + moreMedia;
  const publish = flags.light ? LIGHT_PICTURE : PICTURE;
  const place = flags.block === undefined ? {} : { block: flags.block };
  const starting = startDemoCluster({ name: 'benchdrills', nodes: NODES, media, publish, ...place });
  const close = async (): Promise<void> => await (await starting.catch(() => null))?.close();
  await endWith(close, async () => {
    const cluster = await starting;
    for (const words of drills) {
      if (stopping.signal.aborted) break;
      // What lasts for minutes needs no repetition.
      const repeat = words.startsWith('fail-control') ? 1 : Number(flags.repeat);
      say(`${words}, ${repeat} ×`);
      const { viewers, loader, calm } = flags;
      const more = ['--viewers', viewers, '--loader', loader, '--calm', calm];
      const place = { root, cluster, signal: stopping.signal };
      series.push(await runDrillSeries(place, [...words.split(' '), ...more], repeat));
      say(`  ${series.at(-1)!.said}`);
    }
  });
}

await runOnCluster(choose([...DRILLS, `fail-control --duration ${flags.minutes}m`]), '');
await runOnCluster(choose(ENDING_DRILLS), ENDING_MEDIA);
const figures = measureDrills(series);
const atIso = new Date().toISOString();
const folder = join(root, 'bench-results');
await mkdir(folder, { recursive: true });
const file = join(folder, `drills-${atIso.replaceAll(':', '-').slice(0, 19)}.json`);
const marked = figures.map((each) => ({ ...each, result: markOf(each) }));
const result = { version: 1, at: atIso, flags, machine, figures: marked, series };
await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
const about = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
process.stdout.write(`\n${formatTable(figures)}\n\n  ${about.join(' · ')}\n  ${file}\n`);
process.exit();
