/**
 * `npm run bench`: the figures of the project, measured here and now, as a table and as JSON in bench-results/.
 *
 * It starts a cluster of its own beside whatever runs, and takes it down again. Figures are not tests: a miss is
 * shown as one and the exit status stays 0; only a benchmark that could not run fails.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDemoCluster } from '../test/support/demo-cluster.ts';
import type { BenchContext } from './context.ts';
import { endWith } from './end-with.ts';
import { type Figure, formatTable, markOf } from './figure.ts';
import { describeMachine } from './machine.ts';
import { measureCli } from './measure-cli.ts';
import { measureLatency } from './measure-latency.ts';
import { measureLoader } from './measure-loader.ts';
import { startMemoryWatch } from './measure-memory.ts';
import { measureMoves } from './measure-moves.ts';
import { measurePlacement } from './measure-placement.ts';
import { measurePlainPlayers } from './measure-plain-players.ts';
import { measureRemote } from './measure-remote.ts';
import { measureRing } from './measure-ring.ts';
import { measureUpgrade } from './measure-upgrade.ts';
import { measureViewers } from './measure-viewers.ts';

const FULL_MINUTES = 10;
const VIEWER_COUNTS = [300, 1000];
/** One-minute load from which other work disturbs the figures. */
const BUSY_LOAD = 0.5;
/** Default settings, but for the recording: a minute, so that memory is at its bound soon. */
const MEDIA = '  dvrSec: 60';
/** Where the hand-made stack listens: next to no cluster's block, which begin at 127.2. */
const DIY_ADDRESS = '127.1.200.1';
/** The Redis of its own that streams are placed in. */
const REDIS_ADDRESS = '127.1.200.2';

const { values: flags } = parseArgs({
  options: {
    /** Length of each long measurement. */
    minutes: { type: 'string', default: '1' },
    /** Ten minutes each, and half an hour of watching the origins' memory in all. */
    full: { type: 'boolean', default: false },
    /** Runs of each loss of a region under a browser, and of upgrades; two a minute of `minutes` unless told. */
    runs: { type: 'string' },
    /** Comma-separated: latency, viewers, cli, ring, moves, loader; plain-players; and remote and upgrade, which take root. */
    only: { type: 'string', default: 'latency,viewers,cli,ring,moves,loader' },
  },
});
const root = join(import.meta.dirname, '..');
const minutes = flags.full ? FULL_MINUTES : Number(flags.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${flags.minutes} is no positive number`);
const only = new Set(flags.only.split(','));
const say = (line: string): void => {
  process.stderr.write(`  ${line}\n`);
};

const figures: Figure[] = [];

/** One measurement that fails must not take the others with it. */
async function attempt(name: string, measure: () => Promise<Figure[]>): Promise<void> {
  try {
    figures.push(...(await measure()));
  } catch (error) {
    process.exitCode = 1;
    const detail = `could not be measured: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
    figures.push({ name, unit: '', value: null, must: null, aim: null, detail });
  }
}

/** What needs a cluster. */
async function measureCluster(): Promise<void> {
  say('starting a cluster of its own');
  const starting = startDemoCluster({ name: 'bench', media: MEDIA });
  const close = async (): Promise<void> => await (await starting.catch(() => null))?.close();
  await endWith(close, async () => {
    const cluster = await starting;
    const context: BenchContext = { root, cluster, minutes, startedMs: performance.now(), say };
    const memory = startMemoryWatch(context);
    if (only.has('cli')) await attempt('start times', () => measureCli(context));
    if (only.has('latency')) await attempt('latency', () => measureLatency(context, DIY_ADDRESS));
    if (only.has('viewers')) {
      for (const count of VIEWER_COUNTS) {
        await attempt(`${count} viewers`, () => measureViewers(context, count));
      }
    }
    figures.push(...(await memory.stop()));
  });
}

const machine = await describeMachine(root);
if (loadavg()[0]! > BUSY_LOAD)
  say(`this machine is busy (${machine.load}): figures will be worse than it can do`);
// Before there is a cluster: its encoders would fight for the processor.
const runs = flags.runs === undefined ? Math.max(2, 2 * Math.ceil(minutes)) : Number(flags.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${flags.runs} is no positive whole number`);
if (only.delete('loader')) await attempt('loader', () => measureLoader({ runs, say }));
if (only.delete('plain-players')) await attempt('plain players', () => measurePlainPlayers({ runs, say }));
if (only.delete('ring')) {
  figures.push(...measureRing({ say }));
  await attempt('placing a stream', () => measurePlacement({ say }, REDIS_ADDRESS));
}
if (only.delete('remote')) await attempt('machines', () => measureRemote(say));
if (only.delete('upgrade')) await attempt('upgrades of machines', () => measureUpgrade(runs, say));
if (only.delete('moves')) await attempt('moves', () => measureMoves(root, say));
if (only.size > 0) await measureCluster();

const atIso = new Date().toISOString();
const result = {
  version: 1,
  at: atIso,
  minutes,
  machine,
  figures: figures.map((each) => ({ ...each, result: markOf(each) })),
};
const folder = join(root, 'bench-results');
await mkdir(folder, { recursive: true });
const file = join(folder, `${atIso.replaceAll(':', '-').slice(0, 19)}.json`);
await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
const about = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
process.stdout.write(
  `\n${formatTable(figures)}\n\n  ${about.join(' · ')}\n  ${minutes} min each · ${file}\n`,
);
process.exit();
