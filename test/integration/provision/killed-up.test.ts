import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPortHolder } from '../../../src/lib/nodes/port-holder.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { type ClusterFolder, makeClusterFolder } from '../../support/cluster-folder.ts';

const exists = async (path: string) =>
  await access(path).then(
    () => true,
    () => false,
  );

/** Looks without taking the port itself: up would find it in use. */
const isTaken = async (address: string, port: number) => (await findPortHolder(address, port)) !== null;

type Moment = readonly [string, (dir: string) => Promise<boolean>];

/**
 * What is seen on disk or on the wire at the moment of the kill, relative to the cluster's folder. Those of one cluster are
 * far enough apart that a kill at one comes before the next.
 */
const CLUSTERS: readonly (readonly Moment[])[] = [
  [
    ['when it took the lock', (dir) => exists(join(dir, 'lock'))],
    ['while the program is copied', (dir) => exists(join(dir, 'program'))],
    ['when the first unit is installed', (dir) => exists(join(dir, 'nodes/a-1/service/redis'))],
    ['when an edge answers', () => isTaken('127.214.1.2', 8080)],
  ],
  [
    ['between two secrets', (dir) => exists(join(dir, 'secrets/key-secret'))],
    ['between two nodes', (dir) => exists(join(dir, 'nodes/a-1/node.json'))],
    ['when the store answers', () => isTaken('127.214.1.1', 6379)],
  ],
];

for (const moments of CLUSTERS) {
  test(`up killed with -9 ${moments.map(([moment]) => moment).join(', again ')} is completed by the next up`, async (t) => {
    const folder = await makeClusterFolder('killed', '127.214');
    try {
      for (const [moment, reached] of moments) {
        // Only on a machine that held the last kill back.
        if (await reached(folder.dir)) t.diagnostic(`${moment}: it was past that already`);
        await killUp(folder, reached);
      }
      const next = await runCli(['up', '--json'], folder);
      assert.equal(next.status, 0, next.stdout + next.stderr);
      const { changes } = (await runCli(['plan', '--json'], folder)).json<{ changes: unknown[] }>();
      assert.deepEqual(changes, []);
    } finally {
      await folder.remove();
    }
  });
}

async function killUp(folder: ClusterFolder, reached: Moment[1]): Promise<void> {
  const { child, done } = startCli(['up'], folder);
  let ended = false;
  void done.then(() => {
    ended = true;
  });
  // Often enough to hit the moment, without taking from up the time to get there.
  while (!ended && !(await reached(folder.dir))) await sleep(1);
  // The launcher execs Node, so the child is the program itself.
  child.kill('SIGKILL');
  await done;
}
