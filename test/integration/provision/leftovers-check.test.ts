import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { clusterLayout, publishersLayout } from '../../../src/lib/nodes/layout.ts';
import { findClusterProcesses, readProcess } from '../../../src/lib/nodes/processes.ts';
import { leftoversCheck } from '../../../src/lib/provision/checks/leftovers-check.ts';
import { publisherServices } from '../../../src/lib/publisher/publisher-services.ts';
import { until } from '../../support/until.ts';

const SLEEPS = ['/bin/sh', '-c', 'sleep 3600 & wait', 'sh'] as const;

/** A cluster whose nodes are elsewhere, as an operator's machine has it. */
async function makeCluster(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'streamctl-leftovers-'));
  const dir = join(home, 'demo');
  const { record } = clusterLayout(dir);
  await mkdir(publishersLayout(dir).services, { recursive: true });
  await writeFile(record, '{}');
  t.after(async () => {
    for (const pid of await findClusterProcesses(dir)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {}
    }
    await until(async () => (await findClusterProcesses(dir)).length === 0, 'no process is left');
    await rm(home, { recursive: true });
  });
  const look = async () => await leftoversCheck.run({ home, root: home });
  return { dir, record, look };
}

/** Runs something that carries the cluster, outside of every supervisor, and waits until its child is there, too. */
async function run(dir: string, ...words: readonly string[]): Promise<number> {
  const [command, ...args] = SLEEPS;
  const env = { PATH: process.env.PATH, STREAMCTL_CLUSTER_DIR: dir };
  const { pid } = spawn(command, [...args, ...words], { env, detached: true, stdio: 'ignore' });
  await until(async () => (await ofGroup(dir, pid!)).length === 2, 'it has a child');
  return pid!;
}

async function ofGroup(dir: string, group: number): Promise<number[]> {
  const pids = await findClusterProcesses(dir);
  const found = await Promise.all(pids.map(readProcess));
  return found.flatMap((one) => (one?.group === group ? [one.pid] : []));
}

async function startPublisher(dir: string): Promise<void> {
  const services = publisherServices(dir);
  await services.install({ name: 'publisher-demo', argv: SLEEPS, env: {}, stopTimeoutSec: 1 });
  await services.start('publisher-demo');
  await until(async () => (await services.list())[0]?.pid != null, 'the publisher runs');
}

test('a test publisher and a drill that keeps its undo are no leftovers where no node is', async (t) => {
  const { dir, look } = await makeCluster(t);
  await startPublisher(dir);
  await run(dir, 'daemon', 'undo', '--config', join(dir, 'drills/x/undo.json'));
  assert.deepEqual(
    (await look()).map(({ state }) => state),
    ['ok'],
  );
});

test('what lost its supervisor is a leftover beside what has one; --fix ends it alone, and nobody is sent to down', async (t) => {
  const { dir, look } = await makeCluster(t);
  await startPublisher(dir);
  const kept = await findClusterProcesses(dir);
  const group = await run(dir);
  const [found] = await look();
  assert.equal(found?.state, 'fault');
  assert.match(found.text, new RegExp(`^2 processes of cluster demo .*: .*\\b${group}\\b`));
  assert.doesNotMatch(found.remedy!, /down/);
  await found.fix!();
  await until(async () => (await ofGroup(dir, group)).length === 0, 'it is gone');
  assert.deepEqual(
    (await findClusterProcesses(dir)).filter((pid) => kept.includes(pid)),
    kept,
  );
});

test('of a cluster that is no more everything is left over', async (t) => {
  const { dir, record, look } = await makeCluster(t);
  await startPublisher(dir);
  await rm(record);
  const [found] = await look();
  assert.deepEqual([found?.state, found?.remedy], ['fault', 'streamctl down --cluster demo']);
});
