import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { findClusterProcesses, isGroupAlive, isProcessAlive } from '../../../src/lib/nodes/processes.ts';
import { createRunitServices } from '../../../src/lib/nodes/runit.ts';
import { isSupervised } from '../../../src/lib/nodes/runsv.ts';
import { findRunsvdirs, stopRunsvdir } from '../../../src/lib/nodes/runsvdir.ts';
import type { Unit } from '../../../src/lib/nodes/service-manager.ts';
import { until } from '../../support/until.ts';

const COUNT = 'echo "up $SAYS"; trap "echo bye; exit 0" TERM; while :; do sleep 0.05; done';

function unit(name: string, script = COUNT, env: Record<string, string> = { SAYS: "it's on" }): Unit {
  return { name, argv: ['/bin/sh', '-c', script], env, stopTimeoutSec: 1 };
}

describe('services under runit', { concurrency: true }, () => {
  for (const mode of ['static', 'dynamic'] as const) {
    describe(`runit services, ${mode}`, { concurrency: 1 }, async () => {
      const clusterDir = await mkdtemp(join(tmpdir(), 'streamctl-runit-'));
      const dir = join(clusterDir, 'service');
      await mkdir(dir);
      const services = createRunitServices({ mode, dir, logDir: join(clusterDir, 'log'), clusterDir });
      const stateOf = async (name: string) => (await services.list()).find((found) => found.name === name);

      after(async () => {
        const names = (await services.list()).map(({ name }) => name);
        for (const name of names) await services.stop(name);
        await stopRunsvdir(
          dir,
          names.map((name) => join(dir, name)),
        );
        await until(async () => (await findClusterProcesses(clusterDir)).length === 0, 'no process is left');
        await rm(clusterDir, { recursive: true });
      });

      test('units that are started side by side share one supervisor of their folder', async () => {
        const names = ['side-a', 'side-b', 'side-c'];
        await Promise.all(names.map((name) => services.install(unit(name))));
        await Promise.all(names.map((name) => services.start(name)));
        assert.equal(findRunsvdirs(dir).length, mode === 'static' ? 1 : 0);
        await Promise.all(names.map((name) => services.remove(name)));
      });

      test('install() starts nothing, says whether it changed something, and start() runs it', async () => {
        assert.equal(await services.install(unit('one')), true);
        assert.equal(await services.install(unit('one')), false);
        assert.equal((await stateOf('one'))?.state, 'stopped');
        await services.start('one');
        await until(async () => (await stateOf('one'))?.pid != null, 'the unit runs');
        await until(
          async () => (await services.lastLines('one', 5)).some((line) => line.endsWith("up it's on")),
          'its words are logged',
        );
      });

      test('start() of a unit that runs leaves it alone', async () => {
        const { pid } = (await stateOf('one'))!;
        await services.start('one');
        assert.equal((await stateOf('one'))!.pid, pid);
      });

      test('a unit that is being started is never said to have failed', async () => {
        await services.install(unit('fresh'));
        const seen: (string | undefined)[] = [];
        const started = services.start('fresh');
        do seen.push((await stateOf('fresh'))?.state);
        while (seen.at(-1) !== 'running');
        await started;
        assert.ok(!seen.includes('failed') && !seen.includes('restarting'), seen.join(' '));
        await services.remove('fresh');
      });

      test('a killed unit is back, and its children are gone', async () => {
        await services.install(unit('parent', 'sleep 987654 & echo child $!; wait'));
        await services.start('parent');
        const said = async () =>
          (await services.lastLines('parent', 9)).filter((line) => line.includes('child '));
        await until(async () => (await said()).length === 1, 'the child runs');
        const child = Number((await said())[0]!.split('child ')[1]);
        const { pid } = (await stateOf('parent'))!;
        process.kill(pid!, 'SIGKILL');
        await until(async () => (await said()).length === 2, 'a new process runs');
        assert.equal(await isProcessAlive(child), false);
        assert.notEqual((await stateOf('parent'))!.pid, pid);
      });

      test('stop() ends a unit that ignores TERM, and everything it started', async () => {
        await services.install(
          unit('stubborn', 'trap "" TERM; sleep 876543 & echo child $!; while :; do sleep 9; done'),
        );
        await services.start('stubborn');
        await until(async () => (await services.lastLines('stubborn', 1)).length === 1, 'it runs');
        const { pid } = (await stateOf('stubborn'))!;
        await services.stop('stubborn');
        assert.equal(await isGroupAlive(pid!), false);
        assert.equal((await stateOf('stubborn'))!.state, 'stopped');
        if (mode === 'dynamic') assert.equal(await isSupervised(join(dir, 'stubborn')), false);
      });

      test('a unit that exits at once is reported as restarting', async () => {
        await services.install(unit('broken', 'echo no; exit 3'));
        await services.start('broken');
        await until(async () => (await services.lastLines('broken', 9)).length >= 2, 'it was tried twice');
        assert.equal((await stateOf('broken'))!.state, 'restarting');
        await services.stop('broken');
      });

      test('a changed unit runs its new words after restart()', async () => {
        assert.equal(await services.install(unit('one', COUNT, { SAYS: 'again' })), true);
        await services.restart('one');
        await until(
          async () => (await services.lastLines('one', 2)).some((line) => line.endsWith('up again')),
          'new words',
        );
      });

      test('remove() leaves only the log', async () => {
        await services.remove('one');
        assert.equal(await stateOf('one'), undefined);
        assert.notEqual((await services.lastLines('one', 1)).length, 0);
      });

      test('a unit whose supervisor was killed is found and stopped', async () => {
        await services.install(unit('orphan'));
        await services.start('orphan');
        await until(async () => (await stateOf('orphan'))?.pid != null, 'it runs');
        const { pid } = (await stateOf('orphan'))!;
        const parent = Number(/^PPid:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))![1]);
        if (mode === 'static') process.kill(findRunsvdirs(dir)[0]!, 'SIGKILL');
        process.kill(parent, 'SIGKILL');
        await until(async () => !(await isSupervised(join(dir, 'orphan'))), 'its supervisor is gone');
        await services.stop('orphan');
        assert.equal(await isGroupAlive(pid!), false);
      });

      test('what a dead supervisor left is stopped also before it has a process group; a process of others is left alone', async () => {
        const start = (env: NodeJS.ProcessEnv, detached: boolean) =>
          spawn('/bin/sleep', ['987654'], { env, detached, stdio: 'ignore' });
        const young = start({ STREAMCTL_CLUSTER_DIR: clusterDir }, false);
        const foreign = start({}, true);
        const ended = once(young, 'exit');
        await services.install(unit('young'));
        await writeFile(join(dir, 'young/unit.pid'), `${young.pid} digest\n`);
        await mkdir(join(dir, 'young/supervise'), { recursive: true });
        const status = Buffer.alloc(20);
        status.writeUInt32LE(foreign.pid!, 12);
        status[19] = 1;
        await writeFile(join(dir, 'young/supervise/status'), status);
        await services.stop('young');
        assert.equal((await ended)[1], 'SIGKILL');
        assert.equal(await isGroupAlive(foreign.pid!), true);
        foreign.kill();
        await rm(join(dir, 'young'), { recursive: true });
      });
    });
  }
});
