/** Another program under a cluster that plays: killed in the middle, rolled back, and one that is broken. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '../../../src/lib/base/clock.ts';
import { EXIT } from '../../../src/lib/base/errors.ts';
import type { RotateReport } from '../../../src/lib/cli/rotate-action.ts';
import type { UpgradeReport } from '../../../src/lib/cli/upgrade-action.ts';
import type { ProgramList } from '../../../src/lib/cli/upgrade-list.ts';
import type { ClusterStatus } from '../../../src/lib/health/cluster-status.ts';
import { loadNodeConfig } from '../../../src/lib/nodes/load-node-config.ts';
import { readStore } from '../../../src/lib/store/read-connection.ts';
import { runViewers } from '../../../src/lib/viewer/run-viewers.ts';
import type { ViewerReport } from '../../../src/lib/viewer/viewer-report.ts';
import { assertUnseen } from '../../support/assert-unseen.ts';
import { ROOT, runCli, startCli } from '../../support/cli.ts';
import { type DemoCluster, startDemoCluster } from '../../support/demo-cluster.ts';
import { watchLateness } from '../../support/quiet-machine.ts';
import { until } from '../../support/until.ts';

const NODES = `  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
  - { name: eu-1, region: eu, roles: [ingest, origin, edge] }`;

const { version: VERSION } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};

describe('an upgrade of a cluster that plays', () => {
  let cluster: DemoCluster;
  let builds: string;
  let viewers: Promise<ViewerReport>;
  const leave = new AbortController();
  let latest: () => number;

  /** A build that differs from this one in a line at the beginning of the entry. */
  const makeBuild = async (name: string, line: string): Promise<string> => {
    const folder = join(builds, name);
    await cp(join(ROOT, 'dist'), folder, { recursive: true });
    const entry = join(folder, 'main.js');
    await writeFile(entry, `${line}\n${await readFile(entry, 'utf8')}`);
    return folder;
  };
  const upgrade = (...words: string[]) => ['upgrade', ...words, '--json', '--spec', cluster.specFile];
  const place = () => ({ cwd: builds, home: cluster.env.STREAMCTL_HOME! });
  const programAt = async (node: string) =>
    (await loadNodeConfig(join(cluster.dir, 'nodes', node, 'node.json'))).files.program;
  const programs = () => Promise.all(['us-1', 'eu-1'].map(programAt));

  before(async () => {
    builds = await mkdtemp(join(tmpdir(), 'streamctl-builds-'));
    const media = '  video: copy';
    cluster = await startDemoCluster({ name: 'upgraded', block: '127.212.0.0/16', nodes: NODES, media });
    latest = watchLateness();
    viewers = runViewers(
      {
        urls: cluster.edgeUrls.map((url) => `${url}/live/demo/index.m3u8`),
        count: 6,
        durationMs: 240_000,
        region: null,
        stream: 'demo',
        rendition: 'auto',
        signal: leave.signal,
      },
      { clock: systemClock },
    );
  });
  after(async () => {
    leave.abort();
    await viewers;
    await cluster.close();
    await rm(builds, { recursive: true, force: true });
  });

  test('killed in the middle it is rolled back by the next run; drills wait until then', async () => {
    const [old] = await programs();
    const next = await makeBuild('next', '// next');
    const { child, done } = startCli(upgrade('--to', next), place());
    await until(async () => (await programAt('us-1')) !== old, 'the first node to be changed');
    child.kill('SIGKILL');
    await done;
    const seen = (
      await runCli(['status', '--json', '--spec', cluster.specFile], place())
    ).json<ClusterStatus>();
    const half = seen.problems.find(({ text }) => /^the upgrade of .+ stands at \d of 2 nodes$/.test(text));
    assert.match(half?.hint ?? '', /upgrade --rollback/);
    const drill = await runCli(['drill', 'fail-edge', 'us-1', '--spec', cluster.specFile], place());
    assert.equal(drill.status, 8, drill.stderr);
    assert.match(drill.stderr, /an upgrade of the cluster was begun/);
    const back = await runCli(upgrade('--rollback'), place());
    assert.equal(back.status, 0, back.stdout + back.stderr);
    assert.deepEqual(await programs(), [old, old]);
  });

  test('a broken build goes no further than the first node, which runs again what it ran', async () => {
    const running = await programs();
    const broken = await makeBuild(
      'broken',
      'if (process.argv[3] === "origin") throw new Error("broken on purpose");',
    );
    const run = await runCli(upgrade('--to', broken), place());
    assert.equal(run.status, 7, run.stdout + run.stderr);
    const { error } = run.json<{ error: { message: string; details: { facts: Record<string, string> } } }>();
    assert.match(error.message, /^upgrade us-1: start origin on us-1: .*; it runs [0-9a-f]{12} again$/);
    assert.match(error.details.facts['last lines']!, /broken on purpose/);
    assert.ok(error.details.facts['last probe']);
    assert.deepEqual(await programs(), running);
  });

  test('a whole upgrade changes node after node, and what it changed is what runs', async () => {
    const [old] = await programs();
    const run = await runCli(upgrade('--to', join(builds, 'next')), place());
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { changed, to } = run.json<UpgradeReport>();
    assert.deepEqual(changed, ['us-1', 'eu-1']);
    for (const program of await programs()) assert.ok(program.includes(to) && program !== old);
    for (const node of ['us-1', 'eu-1']) {
      const script = await readFile(join(cluster.dir, 'nodes', node, 'services/pipeline-demo/run'), 'utf8');
      assert.ok(script.includes(to), `the pipeline of ${node} is of the new program`);
    }
  });

  test('programs are known by version and digest, and with what runs where', async () => {
    const list = (await runCli(upgrade('--list'), place())).json<ProgramList>();
    const [running] = list.programs.filter(({ runs }) => runs.length > 0);
    assert.deepEqual([running!.runs, running!.version], [['us-1', 'eu-1'], VERSION]);
    assert.ok(list.programs.some(({ own }) => own));
    const unknown = await runCli(upgrade('--to', '9.9.9'), place());
    assert.equal(unknown.status, EXIT.notFound, unknown.stdout);
    const { hint } = unknown.json<{ error: { hint: string } }>().error;
    for (const { digest } of list.programs) assert.ok(hint.includes(digest), hint);
  });

  test('the store gets other passwords meanwhile, and the former ones are refused', async () => {
    const secrets = join(cluster.dir, 'secrets');
    const copy = await mkdtemp(join(tmpdir(), 'streamctl-former-'));
    await cp(secrets, copy, { recursive: true });
    const run = await runCli(['secrets', 'rotate', '--json', '--spec', cluster.specFile], place());
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.equal(run.json<RotateReport>().resumed, false);
    const names = await readdir(secrets);
    assert.ok(names.includes('redis-node') && !names.some((name) => name.includes('.')), names.join());
    const former = await Promise.all(names.map((name) => readFile(join(copy, name), 'utf8')));
    const now = await Promise.all(names.map((name) => readFile(join(secrets, name), 'utf8')));
    const changed = names.filter((_, at) => former[at] !== now[at]);
    assert.deepEqual(
      changed,
      names.filter((name) => name.startsWith('redis-')),
    );
    for (const word of [...former, ...now]) assert.ok(!`${run.stdout}${run.stderr}`.includes(word.trim()));
    const access = { user: 'operator', cluster: 'upgraded', address: '127.212.1.1', port: 6379 };
    const ping = (folder: string) =>
      readStore({ ...access, passwordFile: join(folder, 'redis-password') }, async () => 'in');
    assert.equal(await ping(secrets), 'in');
    await assert.rejects(ping(copy), /WRONGPASS/);
    await rm(copy, { recursive: true });
    await until(
      async () =>
        (await runCli(['status', '--json', '--spec', cluster.specFile], place())).json<ClusterStatus>()
          .healthy,
      'all agents to have the store again',
    );
  });

  test('viewers saw nothing of all that', async (t) => {
    leave.abort();
    assertUnseen(t, await viewers, latest());
  });

  test('upgrade refuses while the spec is not what up made', async () => {
    await writeFile(cluster.specFile, `${await readFile(cluster.specFile, 'utf8')}# changed\n`);
    const run = await runCli(upgrade('--to', join(builds, 'next')), place());
    assert.equal(run.status, 8);
    assert.match(run.stdout, /has changed since the last up/);
  });
});
