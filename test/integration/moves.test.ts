/** The promise of the ring on a whole cluster: members come and go under live streams, and viewers notice nothing. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '../../src/lib/base/clock.ts';
import { runViewers } from '../../src/lib/viewer/run-viewers.ts';
import { waitUntilPlayed } from '../../src/lib/viewer/wait-until-played.ts';

const ROOT = join(import.meta.dirname, '../..');
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

interface Shown {
  readonly epoch: number;
  readonly members: readonly { readonly name: string; readonly streams: number }[];
}

/** Starts the cluster; everything is gone when the test ends. */
async function startCluster(t: TestContext): Promise<(...words: readonly string[]) => Promise<unknown>> {
  const home = await mkdtemp(join(tmpdir(), 'streamctl-moves-'));
  const specFile = join(home, 'streamctl.yaml');
  await writeFile(specFile, SPEC);
  const env = { ...process.env, STREAMCTL_HOME: home };
  const run = async (...words: readonly string[]): Promise<unknown> => {
    const argv = [...words, '--spec', specFile, '--json'];
    const { stdout } = await promisify(execFile)(join(ROOT, 'bin/streamctl'), argv, {
      env,
      maxBuffer: 2 ** 24,
    });
    return JSON.parse(stdout);
  };
  t.after(async () => {
    await run('down', '--purge', '--yes');
    await rm(home, { recursive: true, force: true });
  });
  await run('up');
  return run;
}

test('nodes join, change weight, drain and leave under a dozen live streams without a stall or a lost frame', async (t) => {
  const run = await startCluster(t);
  for (const stream of STREAMS) {
    await run('publish', 'test', stream, '--detach', ...PICTURE);
  }
  const urls = STREAMS.flatMap((stream) =>
    EDGES.map((edge) => `http://${edge}:8080/live/${stream}/index.m3u8`),
  );
  await Promise.all(urls.map((url) => waitUntilPlayed({ url, timeoutMs: 60_000 })));

  const stop = new AbortController();
  t.after(() => stop.abort());
  const watching = runViewers(
    {
      ...{ urls, count: VIEWERS, durationMs: LIMIT_MS, region: null, stream: null, rendition: 'auto' },
      signal: stop.signal,
    },
    { clock: systemClock },
  );
  const streamsOf = async (node: string): Promise<number | undefined> =>
    ((await run('ring', 'show')) as Shown).members.find(({ name }) => name === node)?.streams;

  await run('ring', 'add-node', 'us-3', '--region', 'us', '--yes', '--reason', 'more room');
  assert.ok((await streamsOf('us-3'))! > 0, 'the node that joined carries streams');
  await run('ring', 'set-weight', 'eu-2', '3');
  await run('ring', 'drain', 'us-2');
  assert.equal(await streamsOf('us-2'), 0, 'the drained node carries nothing');
  await run('ring', 'undrain', 'us-2');
  await run('ring', 'remove-node', 'us-3', '--yes');
  assert.equal(await streamsOf('us-3'), undefined, 'the node that left is no member');

  stop.abort();
  const report = await watching;
  t.diagnostic(
    `${report.requests} requests in ${report.seconds.toFixed(0)} s, dead air p99 ${report.deadAirMs.p99} ms, ` +
      `behind live p95 ${report.liveEdgeSec.p95} s, ${JSON.stringify(report.errorKinds)}`,
  );
  const { played, stalls, missingFrames, repeatedFrames } = report;
  assert.deepEqual(
    { played, stalls, missingFrames, repeatedFrames },
    { played: VIEWERS, stalls: 0, missingFrames: 0, repeatedFrames: 0 },
  );
});
