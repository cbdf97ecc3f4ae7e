import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { canListen } from '../../../src/lib/nodes/port-holder.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { makeClusterFolder } from '../../support/cluster-folder.ts';

const exists = async (path: string) =>
  await access(path).then(
    () => true,
    () => false,
  );

/** What is seen on disk or on the wire at the moment of the kill, relative to the cluster's folder. */
const MOMENTS: readonly (readonly [string, (dir: string) => Promise<boolean>])[] = [
  ['when it took the lock', (dir) => exists(join(dir, 'lock'))],
  ['between two secrets', (dir) => exists(join(dir, 'secrets/key-secret'))],
  ['while the program is copied', (dir) => exists(join(dir, 'program'))],
  ['between two nodes', (dir) => exists(join(dir, 'nodes/a-1/node.json'))],
  ['when the first unit is installed', (dir) => exists(join(dir, 'nodes/a-1/service/redis'))],
  ['when the store answers', async () => !(await canListen('127.214.1.1', 6379))],
  ['when an edge answers', async () => !(await canListen('127.214.1.2', 8080))],
];

for (const [moment, reached] of MOMENTS) {
  test(`up killed with -9 ${moment} is completed by the next up`, async () => {
    const folder = await makeClusterFolder('killed', '127.214');
    try {
      const { child, done } = startCli(['up'], folder);
      let ended = false;
      void done.then(() => {
        ended = true;
      });
      while (!ended && !(await reached(folder.dir))) await new Promise((resolve) => setImmediate(resolve));
      // The launcher execs Node, so the child is the program itself.
      child.kill('SIGKILL');
      await done;
      const next = await runCli(['up', '--json'], folder);
      assert.equal(next.status, 0, next.stdout + next.stderr);
      const { changes } = (await runCli(['plan', '--json'], folder)).json<{ changes: unknown[] }>();
      assert.deepEqual(changes, []);
    } finally {
      await folder.remove();
    }
  });
}
