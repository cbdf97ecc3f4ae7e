/** The promise of the ring on a whole cluster: members come and go under live streams, and viewers notice nothing. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../src/lib/base/clock.ts';
import { runViewers } from '../src/lib/viewer/run-viewers.ts';
import { waitUntilPlayed } from '../src/lib/viewer/wait-until-played.ts';
import { atMost, type Figure } from './figure.ts';

const STREAMS = Array.from({ length: 12 }, (_, index) => `s${index + 1}`);
const EDGES = ['127.208.1.1', '127.208.2.1'];
/** Little, since twelve share two cores with their replicas and viewers. */
const PICTURE = ['--size', '256x144', '--fps', '10', '--kbps', '100', '--no-audio'];
const VIEWERS = 48;
/** Until the viewers have been told to stop. */
const LIMIT_MS = 240_000;

const SPEC = `version: 1
cluster: moves
network: { block: 127.208.0.0/16 }
regions: [{ name: us }, { name: eu }]
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
  - { name: us-2, region: us, roles: [origin] }
  - { name: eu-1, region: eu, roles: [origin, edge] }
  - { name: eu-2, region: eu, roles: [origin] }
media:
  video: copy
  dvrSec: 30
streams:
${STREAMS.map((name) => `  - name: ${name}`).join('\n')}
`;

/** Every kind of change, in a row; the ring is as before at the end. */
const CHANGES: readonly (readonly string[])[] = [
  ['add-node', 'us-3', '--region', 'us', '--yes'],
  ['set-weight', 'eu-2', '3'],
  ['drain', 'us-2'],
  ['undrain', 'us-2'],
  ['remove-node', 'us-3', '--yes'],
];

interface ChangeReport {
  readonly moves: readonly { readonly result: string; readonly afterMs: number | null }[];
}

/** Changes a cluster of its own while viewers watch all of its streams. */
export async function measureMoves(root: string, say: (line: string) => void): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'streamctl-moves-'));
  const specFile = join(home, 'streamctl.yaml');
  await writeFile(specFile, SPEC);
  const env = { ...process.env, STREAMCTL_HOME: home };
  const run = async (...words: readonly string[]): Promise<unknown> => {
    const argv = [...words, '--spec', specFile, '--json'];
    const done = promisify(execFile)(join(root, 'bin/streamctl'), argv, { env, maxBuffer: 2 ** 24 });
    const { stdout } = await done.catch((error: { stdout?: string }) => {
      throw new Error(`${words.join(' ')}: ${messageOf(error.stdout ?? '')}`);
    });
    return JSON.parse(stdout);
  };
  try {
    await run('up');
    for (const stream of STREAMS) await run('publish', 'test', stream, '--detach', ...PICTURE);
    return await changeUnderViewers(run, say);
  } finally {
    await run('down', '--purge', '--yes');
    await rm(home, { recursive: true, force: true });
  }
}

function messageOf(stdout: string): string {
  try {
    return (JSON.parse(stdout) as { error: { message: string } }).error.message.replaceAll('\n', ' ');
  } catch {
    return 'failed without a word';
  }
}

async function changeUnderViewers(
  run: (...words: readonly string[]) => Promise<unknown>,
  say: (line: string) => void,
): Promise<Figure[]> {
  const urls = STREAMS.flatMap((stream) =>
    EDGES.map((edge) => `http://${edge}:8080/live/${stream}/index.m3u8`),
  );
  await Promise.all(urls.map((url) => waitUntilPlayed({ url, timeoutMs: 60_000 })));
  const stop = new AbortController();
  const watching = runViewers(
    {
      ...{ urls, count: VIEWERS, durationMs: LIMIT_MS, region: null, stream: null, rendition: 'auto' },
      signal: stop.signal,
    },
    { clock: systemClock },
  );
  const moves: ChangeReport['moves'][number][] = [];
  try {
    for (const change of CHANGES) {
      say(`ring ${change.join(' ')}, under ${STREAMS.length} live streams`);
      moves.push(...((await run('ring', ...change)) as ChangeReport).moves);
    }
  } finally {
    stop.abort();
  }
  const seen = await watching;
  const moved = moves.filter(({ result }) => result === 'moved');
  const slowestMs = Math.max(0, ...moved.map(({ afterMs }) => afterMs ?? 0));
  const detail =
    `${seen.played}/${seen.viewers} played, ${seen.seconds.toFixed(0)} s, ${seen.errors} errors; ` +
    `${moved.length} of ${moves.length} moves made, the slowest after ${(slowestMs / 1000).toFixed(1)} s`;
  const zero = { unit: '', must: atMost(0), aim: atMost(0), detail };
  return [
    {
      name: `stalls, nodes join, weigh more, drain and leave under ${STREAMS.length} streams`,
      value: seen.stalls + (seen.viewers - seen.played),
      ...zero,
    },
    {
      name: 'the same: missing or repeated frames',
      value: seen.missingFrames + seen.repeatedFrames,
      ...zero,
    },
  ];
}
