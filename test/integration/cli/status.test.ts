import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterStatus } from '../../../src/lib/health/cluster-status.ts';
import { createOrigin } from '../../support/cluster-answers.ts';
import { type FakeCluster, runCommand, startFakeCluster } from '../../support/fake-cluster.ts';

let cluster: FakeCluster;
before(async () => {
  cluster = await startFakeCluster(3);
});
after(async () => await cluster.close());

test('status of a healthy cluster ends with 0, in words and as JSON', async () => {
  const words = await runCommand(cluster.home, ['status']);
  assert.equal(words.status, 0, words.stderr);
  assert.match(words.stdout, /^cluster demo · healthy/);
  const json = await runCommand(cluster.home, ['status', '--json']);
  const status = JSON.parse(json.stdout) as ClusterStatus;
  assert.equal(json.status, 0);
  assert.equal(status.version, 1);
  assert.equal(status.healthy, true);
  assert.equal(status.streams[0]?.state, 'live');
});

test('status of a cluster with a problem ends with 7 and still prints all of it', async () => {
  await cluster.set('us-1', { store: 'down' });
  const json = await runCommand(cluster.home, ['status', '--json']);
  assert.equal(json.status, 7);
  assert.equal((JSON.parse(json.stdout) as ClusterStatus).problems[0]?.harm, 'control');
  await cluster.set('us-1', {});
});

test('status --watch without a terminal tells changes as they come and ends with 0 on a signal', async () => {
  let changed = false;
  const watched = await runCommand(cluster.home, ['status', '--watch'], (stdout, kill) => {
    if (!changed && stdout.includes('stream demo is live')) {
      changed = true;
      void cluster.set('eu-1', { origin: createOrigin('eu-1', []), units: [] });
    }
    if (stdout.includes('no replica in eu')) kill('SIGINT');
  });
  assert.equal(watched.status, 0, watched.stderr);
  assert.match(watched.stdout, /^\d\d:\d\d:\d\d cluster demo · 1 problem/m);
  await cluster.set('eu-1', {});
});

test('top without a terminal is a mistake in usage and names status --watch', async () => {
  const ran = await runCommand(cluster.home, ['top']);
  assert.equal(ran.status, 2);
  assert.match(ran.stderr, /status --watch/);
});

test('status of a cluster where nothing listens ends with 5 and says how to start it', async () => {
  for (const { name } of cluster.peers) await cluster.set(name, null);
  const words = await runCommand(cluster.home, ['status']);
  assert.equal(words.status, 5);
  assert.match(words.stdout, /not running[\s\S]*streamctl up/);
  const json = await runCommand(cluster.home, ['status', '--json']);
  assert.equal(json.status, 5);
  assert.equal((JSON.parse(json.stdout) as ClusterStatus).running, false);
});
