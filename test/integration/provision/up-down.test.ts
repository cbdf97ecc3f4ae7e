import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { canListen } from '../../../src/lib/nodes/port-holder.ts';
import { findClusterProcesses, readProcess } from '../../../src/lib/nodes/processes.ts';
import { readStarted } from '../../../src/lib/nodes/unit-notes.ts';
import type { Change } from '../../../src/lib/provision/changes.ts';
import { takeLock } from '../../../src/lib/provision/lock.ts';
import { runCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder, smallSpec } from '../../support/cluster-folder.ts';
import { until } from '../../support/until.ts';

interface UpJson {
  readonly changed: boolean;
  readonly changes: readonly Change[];
  readonly streams: readonly { name: string; key: string }[];
}

const BLOCK = '127.224';
const PORTS = [1935, 8080, 8081, 8082, 8083, 6379];

describe('up and down', () => {
  let folder: ClusterFolder;
  let key = '';
  before(async () => {
    folder = await makeClusterFolder('updown', BLOCK);
  });
  after(async () => await folder.remove());

  const pidOf = async (node: string, unit: string) =>
    (await readStarted(join(folder.dir, 'nodes', node, 'service', unit)))?.pid;

  test('up makes a cluster of nothing, and shows the key of its stream', async () => {
    const run = await runCli(['up', '--json'], folder);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { changed, streams } = run.json<UpJson>();
    assert.equal(changed, true);
    assert.deepEqual(
      streams.map(({ name }) => name),
      ['demo'],
    );
    key = streams[0]!.key;
    for (const [node, port] of [
      ['1', 6379],
      ['1', 1935],
      ['2', 8080],
      ['2', 8081],
    ] as const) {
      assert.equal(await canListen(`${BLOCK}.1.${node}`, port), false, `port ${port} of node ${node}`);
    }
  });

  test('the key and the secrets are in no log, no argument and no file that others can read', async () => {
    const secrets = [key];
    for (const name of ['key-secret', 'redis-password', 'redis-ingest', 'redis-node', 'redis-replica']) {
      secrets.push((await readFile(join(folder.dir, 'secrets', name), 'utf8')).trim());
    }
    const texts = await Promise.all([
      ...(await findClusterProcesses(folder.dir)).flatMap((pid) => [
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
      ]),
      ...(await readdir(folder.dir, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && /(log|conf|service)$|json$/.test(entry.parentPath + entry.name))
        .filter((entry) => !/^(redis|sentinel)-secret.conf$/.test(entry.name))
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    ]);
    assert.ok(texts.length > 20);
    assert.equal(texts.filter((text) => secrets.some((secret) => text.includes(secret))).length, 0);
  });

  test('a second up changes nothing and says so; so does plan', async () => {
    const up = await runCli(['up', '--json'], folder);
    assert.equal(up.json<UpJson>().changed, false, up.stdout);
    const plan = await runCli(['plan', '--json'], folder);
    assert.deepEqual([plan.status, plan.json<UpJson>().changes], [0, []]);
    assert.match((await runCli(['up'], folder)).stdout, /nothing changed/);
  });

  test('a killed daemon is back without up, and up finds nothing to do', async () => {
    const pid = (await pidOf('a-2', 'origin'))!;
    process.kill(pid, 'SIGKILL');
    await until(async () => {
      const now = await pidOf('a-2', 'origin');
      return now !== undefined && now !== pid && !(await canListen(`${BLOCK}.1.2`, 8081));
    }, 'another process runs');
    assert.equal((await runCli(['up', '--json'], folder)).json<UpJson>().changed, false);
  });

  test('what the spec does not change is not restarted, and a node that it drops is stopped', async () => {
    const units = ['redis', 'nginx-ingest', 'contribution'];
    const before = await Promise.all(units.map((unit) => pidOf('a-1', unit)));
    const text = smallSpec('updown', BLOCK);
    const more = text.replace('media:', '  - { name: a-3, region: a, roles: [edge] }\nmedia:');
    await writeFile(folder.spec, more);
    const grown = await runCli(['up', '--json'], folder);
    assert.equal(grown.status, 0, grown.stdout);
    assert.equal(await canListen(`${BLOCK}.1.3`, 8080), false);
    await writeFile(folder.spec, text);
    const unasked = await runCli(['up', '--json'], folder);
    assert.equal(unasked.status, 2, unasked.stdout);
    assert.match(unasked.stdout, /Take node a-3 out of cluster.*Nobody can answer here/);
    const shrunk = await runCli(['up', '--confirm=updown', '--json'], folder);
    assert.equal(shrunk.status, 0, shrunk.stdout);
    assert.equal(await canListen(`${BLOCK}.1.3`, 8080), true);
    assert.deepEqual(await Promise.all(units.map((unit) => pidOf('a-1', unit))), before);
  });

  test('plan ends with 2 when there is something to do, and up --plan does that and nothing else', async () => {
    const text = await readFile(folder.spec, 'utf8');
    await writeFile(folder.spec, text.replace('videoKbps: 150', 'videoKbps: 160'));
    const plan = await runCli(['plan', '--out', 'plan.json', '--json'], folder);
    assert.equal(plan.status, 2, plan.stdout);
    await writeFile(folder.spec, text.replace('videoKbps: 150', 'videoKbps: 170'));
    const refused = await runCli(['up', '--plan', 'plan.json', '--json'], folder);
    assert.equal(refused.status, 8, refused.stdout);
    const { error } = refused.json<{ error: { code: string; details: { moved: string[] } } }>();
    assert.deepEqual([error.code, error.details.moved], ['CONFLICT', ['spec']]);
    await writeFile(folder.spec, text.replace('videoKbps: 150', 'videoKbps: 160'));
    const { digest, changes } = plan.json<UpJson & { digest: string }>();
    const done = await runCli(['up', '--plan', digest, '--json'], folder);
    assert.equal(done.status, 0, done.stdout);
    assert.deepEqual(done.json<UpJson>().changes, changes);
    assert.equal((await runCli(['up', '--plan', digest, '--json'], folder)).status, 8);
    assert.equal((await runCli(['plan', '--unknown'], folder)).status, 64);
    await writeFile(folder.spec, text);
    assert.equal((await runCli(['up', '--json'], folder)).status, 0);
  });

  test('while another command changes the cluster, up says who and ends with 6; --wait waits', async () => {
    const giveBack = await takeLock({ file: join(folder.dir, 'lock'), command: 'a test', waitMs: 0 });
    const refused = await runCli(['up', '--json'], folder);
    assert.equal(refused.status, 6);
    const { error } = refused.json<{ error: { code: string; details: { holder: { pid: number } } } }>();
    assert.deepEqual([error.code, error.details.holder.pid], ['LOCKED', process.pid]);
    const state = (await runCli(['lock', 'status', '--json'], folder)).json<{ here: { command: string } }>();
    assert.equal(state.here.command, 'a test');
    assert.equal((await runCli(['lock', 'wait', '--for', '600ms', '--json'], folder)).status, 6);
    assert.equal((await runCli(['lock', 'steal', '--json'], folder)).status, 2);
    const waiting = runCli(['up', '--wait', '--json'], folder);
    await giveBack();
    assert.equal((await waiting).status, 0);
  });

  test('the lock of a process that died is taken over', async () => {
    const dead = { pid: 999_999, startTicks: '1', user: 'nobody', command: 'streamctl up', sinceMs: 0 };
    await writeFile(join(folder.dir, 'lock'), JSON.stringify(dead));
    assert.equal((await runCli(['up', '--json'], folder)).status, 0);
  });

  test('a stolen lock is free, and the history says who did what and how it ended', async () => {
    const giveBack = await takeLock({ file: join(folder.dir, 'lock'), command: 'a test', waitMs: 0 });
    const theft = await runCli(['lock', 'steal', '--yes', '--reason', 'it hangs', '--json'], folder);
    assert.equal(theft.json<{ stolen: boolean }>().stolen, true, theft.stdout);
    await giveBack();
    const begun = { id: 'killed', atMs: Date.now(), phase: 'begun', command: 'streamctl up', ci: null };
    await appendFile(join(folder.dir, 'history.jsonl'), `${JSON.stringify({ ...begun, who: 'eve@x' })}\n`);
    const history = await runCli(['history'], folder);
    assert.match(history.stdout, /up was killed on its way: streamctl up goes on where it stopped/);
    const up = (await runCli(['up', '--json'], folder)).json<{ resumed: { who: string } }>();
    assert.equal(up.resumed.who, 'eve@x');
    const { entries, store } = (await runCli(['history', '--json'], folder)).json<{
      entries: { what: string; result: string; text: string }[];
      store: string;
    }>();
    assert.equal(store, 'answers');
    const lines = entries.map(({ what, result, text }) => `${what} ${result} ${text}`);
    for (const line of [
      'stream-added demo done ',
      'lock steal done from a test, pid',
      'up unfinished',
      'up done 0 changes',
    ]) {
      assert.ok(
        lines.some((one) => one.startsWith(line)),
        `${line} in:\n${lines.join('\n')}`,
      );
    }
  });

  test('up from another spec of the same cluster is refused with 3, pointing at the name', async () => {
    const other = join(folder.cwd, 'other.yaml');
    await writeFile(other, smallSpec('updown', BLOCK));
    const run = await runCli(['up', '--spec', other, '--json'], folder);
    assert.equal(run.status, 3);
    const { error } = run.json<{ error: { details: { diagnostics: { line: number; path: string }[] } } }>();
    assert.deepEqual(
      error.details.diagnostics.map(({ line, path }) => [line, path]),
      [[2, 'cluster']],
    );
  });

  test('another cluster on the same addresses is refused with 4', async () => {
    const other = join(folder.cwd, 'clash.yaml');
    await writeFile(other, smallSpec('clash', BLOCK));
    const run = await runCli(['up', '--spec', other, '--json'], folder);
    assert.equal(run.status, 4);
    assert.equal(run.json<{ error: { code: string } }>().error.code, 'ADDRESS_CLASH');
  });

  test('down leaves no process and no port, also after every supervisor was killed, and twice is fine', async () => {
    for (const pid of await findClusterProcesses(folder.dir)) {
      const command = (await readProcess(pid))?.command ?? '';
      if (command.startsWith('runsv')) process.kill(pid, 'SIGKILL');
    }
    const run = await runCli(['down', '--json'], folder);
    assert.equal(run.status, 0, run.stdout);
    assert.ok(run.json<{ stopped: number }>().stopped >= 9);
    assert.deepEqual(await findClusterProcesses(folder.dir), []);
    for (const node of ['1', '2']) {
      for (const port of PORTS) assert.equal(await canListen(`${BLOCK}.1.${node}`, port), true);
    }
    const again = await runCli(['down', '--json'], folder);
    assert.equal(again.json<{ stopped: number }>().stopped, 0);
  });

  test('a port in use is named with the process that holds it, and nothing is started', async () => {
    const server = createServer().listen(8081, `${BLOCK}.1.2`);
    await new Promise((resolve) => server.once('listening', resolve));
    const run = await runCli(['up', '--json'], folder);
    server.close();
    assert.equal(run.status, 4);
    const { error } = run.json<{
      error: { code: string; details: { holder: { pid: number }; node: string } };
    }>();
    assert.deepEqual(
      [error.code, error.details.holder.pid, error.details.node],
      ['PORT_IN_USE', process.pid, 'a-2'],
    );
    assert.deepEqual(await findClusterProcesses(folder.dir), []);
  });

  test('data outlives down: the stream and its key are the same after the next up', async () => {
    const run = await runCli(['up', '--json'], folder);
    assert.deepEqual(run.json<UpJson>().streams, []);
  });

  test('down --purge without a terminal wants the name, and then deletes everything', async () => {
    assert.equal((await runCli(['down', '--purge', '--json'], folder)).status, 2);
    assert.equal((await runCli(['down', '--purge', '--confirm=other', '--json'], folder)).status, 2);
    const run = await runCli(['down', '--purge', '--confirm=updown', '--json'], folder);
    assert.equal(run.json<{ purged: boolean }>().purged, true);
    assert.deepEqual(await readdir(folder.home), []);
  });

  test('down --purge of a cluster that is not there deletes nothing, and does not say that it did', async () => {
    const run = await runCli(['down', '--purge', '--json'], folder);
    assert.deepEqual([run.status, run.json<{ purged: boolean }>().purged], [0, false]);
    assert.match((await runCli(['down', '--purge'], folder)).stdout, /there is no cluster updown/);
    assert.deepEqual(await readdir(folder.home), []);
  });
});
