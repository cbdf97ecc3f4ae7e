/** The commands of the ring on a running cluster: one copied stream, which a simulated viewer watches all the while. */
import assert from 'node:assert/strict';
import { access, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/lib/base/clock.ts';
import type { RingChangeReport } from '../../../src/lib/cli/ring/change-report.ts';
import type { PlanReport } from '../../../src/lib/cli/ring/plan-report.ts';
import type { RingDescription } from '../../../src/lib/membership/describe-ring.ts';
import type { StreamLocation } from '../../../src/lib/membership/locate-stream.ts';
import { readStarted } from '../../../src/lib/nodes/unit-notes.ts';
import { Ring } from '../../../src/lib/ring/ring.ts';
import type { RingChange } from '../../../src/lib/store/ring-records.ts';
import { runViewers } from '../../../src/lib/viewer/run-viewers.ts';
import { waitUntilPlayed } from '../../../src/lib/viewer/wait-until-played.ts';
import { assertUnseen } from '../../support/assert-unseen.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';
import { watchLateness } from '../../support/quiet-machine.ts';
import { until } from '../../support/until.ts';

const BLOCK = '127.218';
const EDGE = `http://${BLOCK}.1.1:8080`;

/** A name that belongs to us-2 as soon as there is one. */
const STREAM = Array.from({ length: 50 }, (_, at) => `cam-${at}`).find(
  (name) =>
    new Ring(['us-1', 'us-2'].map((node) => ({ name: node, weight: 1 }))).owner(name)?.name === 'us-2',
)!;

const SPEC = `version: 1
cluster: ringcli   # the cluster
network: { block: ${BLOCK}.0.0/16 }
regions: [{ name: us }, { name: eu }]
nodes:
  # one machine does everything
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
  - name: eu-1
    region: eu       # over there
    roles: [origin, edge]
media: { video: copy }
streams:
  - name: ${STREAM}
`;

interface ErrorJson {
  readonly error: { readonly code: string; readonly hint: string | null };
}

describe('the ring of a running cluster, from the command line', () => {
  let folder: ClusterFolder;
  before(async () => {
    folder = await makeClusterFolder('ringcli', BLOCK);
    await writeFile(folder.spec, SPEC);
    const up = await runCli(['up'], folder);
    assert.equal(up.status, 0, up.stderr);
    const picture = ['--size', '256x144', '--fps', '10', '--kbps', '200'];
    assert.equal((await runCli(['publish', 'test', STREAM, '--detach', ...picture], folder)).status, 0);
    await waitUntilPlayed({ url: `${EDGE}/live/${STREAM}/index.m3u8`, timeoutMs: 30_000 });
  });
  after(async () => await folder.remove());

  const json = async <T>(...words: string[]): Promise<T> => {
    const run = await runCli([...words, '--json'], folder);
    assert.equal(run.status, 0, `${words.join(' ')}: ${run.stdout}${run.stderr}`);
    // A line about what is waited for each ten seconds, and nothing else.
    assert.match(run.stderr, /^( {4}… .*\n)*$/);
    const value = run.json<T & { version: number }>();
    assert.equal(value.version, 1);
    return value;
  };
  const refused = async (status: number, ...words: string[]): Promise<ErrorJson['error']> => {
    const run = await runCli([...words, '--json'], folder);
    assert.equal(run.status, status, `${words.join(' ')}: ${run.stdout}`);
    return run.json<ErrorJson>().error;
  };
  const epoch = async (): Promise<number> => (await json<RingDescription>('ring', 'show')).epoch;
  const located = async (): Promise<StreamLocation> => {
    const { streams } = await json<{ streams: StreamLocation[] }>('ring', 'locate', STREAM, '--region', 'us');
    return streams[0]!;
  };
  /** Somebody who watches from region us sees nothing while the action runs. */
  const watching = async <T>(t: TestContext, action: () => Promise<T>): Promise<T> => {
    const end = new AbortController();
    const urls = [`${EDGE}/live/${STREAM}/index.m3u8`];
    const options = { urls, count: 2, durationMs: 120_000, region: 'us', stream: STREAM, rendition: 'auto' };
    const latest = watchLateness();
    const run = runViewers({ ...options, signal: end.signal }, { clock: systemClock });
    const done = await action().finally(() => end.abort());
    assertUnseen(t, await run, latest());
    return done;
  };

  test('show, explain and locate say what is', async () => {
    const ring = await json<RingDescription>('ring', 'show');
    assert.deepEqual(
      ring.members.map(({ name, region, address, weight, points, share, streams }) => [
        name,
        region,
        address,
        weight,
        points,
        share,
        streams,
      ]),
      [
        ['eu-1', 'eu', `${BLOCK}.2.1`, 1, 160, 1, 1],
        ['us-1', 'us', `${BLOCK}.1.1`, 1, 160, 1, 1],
      ],
    );
    assert.deepEqual([(await located()).owner, (await located()).placed], ['us-1', ['us-1']]);
    assert.match((await runCli(['ring', 'show', '--draw'], folder)).stdout, /320 points|160 points/);
    assert.match((await runCli(['ring', 'explain'], folder)).stdout, /place on a circle/);
    const drawing = join(folder.cwd, 'ring.svg');
    assert.equal((await runCli(['ring', 'show', '--svg', drawing], folder)).status, 0);
    assert.match(await readFile(drawing, 'utf8'), /<svg.*us-1/s);
    assert.equal((await refused(9, 'ring', 'show', '--region', 'eur')).hint, 'Did you mean eu?');
  });

  test('names from standard input are located, also those of no stream', async () => {
    const { child, done } = startCli(['ring', 'locate', '-', '--region', 'us', '--json'], folder, 'pipe');
    child.stdin?.end(`${STREAM}\nnobody\n`);
    const { streams } = (await done).json<{ streams: StreamLocation[] }>();
    assert.deepEqual(
      streams.map(({ key, reason }) => [key, reason]),
      [
        [STREAM, 'owner'],
        ['nobody', 'not-placed'],
      ],
    );
  });

  test('a plan and a dry run say the same and change nothing', async () => {
    const plan = await json<PlanReport>('ring', 'plan', 'add-node', 'us-2', '--region', 'us');
    const dry = await json<RingChangeReport>('ring', 'add-node', 'us-2', '--region', 'us', '--dry-run');
    assert.deepEqual(
      plan.moves.map(({ stream, from, to }) => [stream, from, to]),
      [[STREAM, 'us-1', 'us-2']],
    );
    assert.deepEqual([dry.maxOverMean, dry.changed, dry.undo], [plan.maxOverMean, false, null]);
    assert.equal(await readFile(folder.spec, 'utf8'), SPEC);
    assert.deepEqual((await json<PlanReport>('ring', 'plan')).moves, []);
    assert.equal(await epoch(), 1);
  });

  test('changes that must not be are refused with what to do instead', async () => {
    assert.match((await refused(2, 'ring', 'add-node', 'us-2', '--region', 'us')).hint ?? '', /--yes/);
    assert.match((await refused(8, 'ring', 'remove-node', 'us-1', '--yes')).hint ?? '', /--keep-node/);
    assert.equal((await refused(8, 'ring', 'remove-node', 'eu-1', '--yes')).code, 'CONFLICT');
    assert.match((await refused(9, 'ring', 'drain', 'us-9')).hint ?? '', /us-1/);
    assert.match((await refused(9, 'ring', 'pin', `${STREAM}x`, 'us-1')).hint ?? '', /Did you mean/);
    assert.equal((await refused(8, 'ring', 'set-weight', 'us-1', '1')).code, 'CONFLICT');
    assert.equal(await readFile(folder.spec, 'utf8'), SPEC);
    assert.equal(await epoch(), 1);
  });

  test('a node that cannot start leaves the spec, the ring and the machine as they were', async () => {
    const holder = createServer().listen(8081, `${BLOCK}.1.2`);
    try {
      const { code } = await refused(4, 'ring', 'add-node', 'us-2', '--region', 'us', '--yes');
      assert.equal(code, 'PORT_IN_USE');
    } finally {
      holder.close();
    }
    assert.equal(await readFile(folder.spec, 'utf8'), SPEC);
    assert.equal(await epoch(), 1);
    assert.deepEqual((await json<{ changes: unknown[] }>('plan')).changes, []);
    await assert.rejects(access(join(folder.dir, 'nodes/us-2/node.json')));
  });

  test('add-node moves a stream that people watch, and they see nothing of it', async (t) => {
    const pid = (await readStarted(join(folder.dir, 'nodes/us-1/service/origin')))?.pid;
    const done = await watching(t, () =>
      json<RingChangeReport>('ring', 'add-node', 'us-2', '--region', 'us', '--yes', '--reason', 'a test'),
    );
    assert.deepEqual(
      done.moves.map(({ stream, from, to, result }) => [stream, from, to, result]),
      [[STREAM, 'us-1', 'us-2', 'moved']],
    );
    assert.deepEqual([done.epoch, done.undo], [2, 'streamctl ring undo 2']);
    assert.deepEqual([(await located()).owner, (await located()).placed], ['us-2', ['us-2']]);
    const text = await readFile(folder.spec, 'utf8');
    assert.equal(
      text,
      SPEC.replace(/(\n {2}- \{ name: us-1.*\n)/, '$1  - { name: us-2, region: us, roles: [origin] }\n'),
    );
    assert.deepEqual((await json<{ changes: unknown[] }>('plan')).changes, []);
    assert.equal((await readStarted(join(folder.dir, 'nodes/us-1/service/origin')))?.pid, pid);
  });

  test('the same command again finds everything done', async () => {
    const again = await json<RingChangeReport>('ring', 'add-node', 'us-2', '--region', 'us', '--yes');
    assert.deepEqual([again.changed, again.epoch, again.moves], [false, 2, []]);
  });

  test('a weight changes in the ring and in the spec, and restarts nothing', async () => {
    await json('ring', 'set-weight', 'us-2', '3', '--no-wait');
    assert.match(
      await readFile(folder.spec, 'utf8'),
      /name: us-2, region: us, roles: \[origin\], weight: 3 \}/,
    );
    assert.deepEqual((await json<{ changes: unknown[] }>('plan')).changes, []);
    const undone = await json<RingChangeReport>('ring', 'undo', '3', '--no-wait');
    assert.equal(undone.epoch, 4);
    assert.match(await readFile(folder.spec, 'utf8'), /weight: 1 \}/);
    assert.match((await refused(8, 'ring', 'undo', '3')).hint ?? '', /4/);
  });

  test('undo of add-node drains it, takes it out and stops it, while people watch', async (t) => {
    const done = await watching(t, () => json<RingChangeReport>('ring', 'undo', '2', '--yes'));
    assert.equal(done.moves[0]?.result, 'moved');
    assert.deepEqual((await located()).placed, ['us-1']);
    assert.equal(await readFile(folder.spec, 'utf8'), SPEC);
    assert.deepEqual((await json<{ changes: unknown[] }>('plan')).changes, []);
    const { changes } = await json<{ changes: RingChange[] }>('ring', 'history');
    assert.deepEqual(
      changes.map(({ what, reason }) => [what, reason]),
      [
        ['up', 'the spec'],
        ['add-node us-2 --region us', 'a test'],
        ['set-weight us-2 3', ''],
        ['undo 3', ''],
        ['drain us-2', ''],
        ['undo 2', ''],
      ],
    );
  });

  for (const [moment, reached] of [
    ['when the spec is written', async () => (await readFile(folder.spec, 'utf8')) !== SPEC],
    [
      'when its units start',
      async () => await exists(join(folder.dir, 'nodes/us-2/service/origin/supervise')),
    ],
  ] as const) {
    test(`add-node killed with -9 ${moment} is continued by the same command`, async () => {
      const words = ['ring', 'add-node', 'us-2', '--region', 'us', '--yes', '--no-wait', '--json'];
      const { child, done } = startCli(words, folder);
      await until(reached, moment);
      child.kill('SIGKILL');
      await done;
      await json('ring', 'add-node', 'us-2', '--region', 'us', '--yes', '--no-wait');
      assert.deepEqual((await json<{ changes: unknown[] }>('plan')).changes, []);
      assert.ok((await json<RingDescription>('ring', 'show')).members.some(({ name }) => name === 'us-2'));
      await json('ring', 'remove-node', 'us-2', '--yes', '--force');
      assert.equal(await readFile(folder.spec, 'utf8'), SPEC);
    });
  }
});

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
