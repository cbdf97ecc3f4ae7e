/**
 * A stream on six machines in three regions, through a change of the ring, drills, a command that is killed while all is
 * broken, and an upgrade that is rolled back. Whether a figure is good enough is for benchmarks: here all must work and heal.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DrillRun } from '../../src/lib/drill/drill-result.ts';
import type { ClusterStatus } from '../../src/lib/health/cluster-status.ts';
import { findObstacle } from '../../src/lib/lab/check-host.ts';
import { labLayout } from '../../src/lib/lab/layout.ts';
import { type CliRun, ROOT, runCli, startCli } from '../support/cli.ts';
import { runInMachine } from '../support/lab-node.ts';
import { until } from '../support/until.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-story-'));
const place = { cwd: home, home };
const layout = labLayout(home, 'story');
const skip =
  process.getuid?.() === 0 ? ((await findObstacle(home)) ?? false) : 'needs root: namespaces and mounts';

const cli = (...words: string[]) => runCli(words, place);
/** Words of a command that runs inside the lab's network, as an operator and viewers out in the world do. */
const outside = (...words: string[]) => [
  ...['lab', 'exec', '--name', 'story', '--', join(ROOT, 'bin/streamctl')],
  ...words,
];
const status = async () => (await cli('status', '--json')).json<ClusterStatus>();
const SHORT = ['--viewers', '9', '--calm', '1s'];

function told({ status: code, stdout, stderr }: CliRun): string {
  return `${code}\n${stdout}\n${stderr}`;
}

/** A build that differs from this one in the first line of its entry. */
function makeBuild(): string {
  const folder = join(home, 'next');
  cpSync(join(ROOT, 'dist'), folder, { recursive: true });
  const entry = join(folder, 'main.js');
  writeFileSync(entry, `// next\n${readFileSync(entry, 'utf8')}`);
  return folder;
}

const isWhole = async (): Promise<boolean> => {
  const { healthy, streams } = await status();
  const up = streams[0]?.replicas.filter(({ health }) => health === 'up').length;
  return healthy && streams[0]?.state === 'live' && up === 2 && streams[0].publishers.length === 2;
};

describe('a stream on six machines', { skip, timeout: 400_000 }, () => {
  before(async () => {
    const lab = await cli('lab', 'up', '--name', 'story', '--regions', 'us,eu,ap', '--nodes-per-region', '2');
    assert.equal(lab.status, 0, told(lab));
    const lines = ['version: 1', 'cluster: story', 'driver: ssh', `include: [${layout.inventory}]`];
    const media = ['media: { video: copy, dvrSec: 60 }', 'streams:', '  - name: demo', ''];
    writeFileSync(join(home, 'streamctl.yaml'), [...lines, ...media].join('\n'));
    const up = await cli('up');
    assert.equal(up.status, 0, told(up));
    const picture = ['--detach', '--size', '320x180', '--kbps', '300'];
    const publish = await cli(...outside('publish', 'test', 'demo', ...picture));
    assert.equal(publish.status, 0, told(publish));
    await until(isWhole, 'two replicas and two ingests');
  });
  after(async () => {
    await cli(...outside('publish', 'test', 'demo', '--stop'));
    const down = await cli('down', '--purge', '--confirm=story');
    await cli('lab', 'down', '--name', 'story');
    rmSync(home, { recursive: true, force: true });
    assert.equal(down.status, 0, told(down));
  });

  test('a node that is drained gives its replica away, and may have it again', async () => {
    const node = (await status()).streams[0]!.replicas.at(-1)!.node;
    const drained = await cli('ring', 'drain', node, '--reason', 'a test');
    assert.equal(drained.status, 0, told(drained));
    await until(
      async () =>
        (await isWhole()) && !(await status()).streams[0]!.replicas.some((one) => one.node === node),
      `the replica to leave ${node}`,
    );
    const back = await cli('ring', 'undrain', node);
    assert.equal(back.status, 0, told(back));
  });

  for (const words of ['fail-region eu', 'partition us eu', 'reboot ap-2', 'power-off ap-2']) {
    test(`drill ${words}: it bites, is undone on the machines, and all is as before`, async () => {
      const run = await runCli(
        outside('drill', ...words.split(' '), '--duration', '4s', ...SHORT, '--json'),
        place,
      );
      const { verdict, reasons, steadyState, viewers } = run.json<DrillRun>();
      assert.ok(
        ['pass', 'fail', 'unknown'].includes(verdict),
        `${verdict}: ${reasons.join('; ')}${told(run)}`,
      );
      assert.ok(steadyState.before.ok && steadyState.after?.ok, told(run));
      assert.ok(viewers >= 9);
    });
  }

  test('a drill that is killed with its region down leaves machines that heal by themselves', async () => {
    const { child, done } = startCli(
      outside('drill', 'fail-region', 'us', '--duration', '60s', ...SHORT),
      place,
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await until(async () => said.includes('it bit'), 'the fault to bite');
    child.kill('SIGKILL');
    await done;
    await until(isWhole, 'the region to be back');
    const armed = await runInMachine(
      layout.sshConfig,
      'us-1',
      'systemctl list-timers --all | grep -c streamctl-undo',
    );
    assert.equal(armed.stdout, '0');
  });

  test("an upgrade that is killed is seen and rolled back from another operator's machine, and the stream stays live", async () => {
    const programOf = async (): Promise<string> => {
      const file = '/var/lib/streamctl/story/nodes/us-1/node.json';
      const asked = `grep -o "program/[0-9a-f]*/" ${file}`;
      const { stdout } = await runInMachine(layout.sshConfig, 'us-1', asked);
      return stdout;
    };
    const old = await programOf();
    assert.notEqual(old, '');
    const { child, done } = startCli(['upgrade', '--to', makeBuild()], place);
    // A machine that did not answer says nothing.
    await until(
      async () => !['', old].includes(await programOf()),
      'the first machine to be changed',
      90_000,
    );
    child.kill('SIGKILL');
    await done;
    const elsewhere = { cwd: home, home: join(home, 'elsewhere') };
    for (const name of ['cluster.json', 'secrets'])
      cpSync(join(home, 'story', name), join(elsewhere.home, 'story', name), { recursive: true });
    const seen = (await runCli(['status', '--json'], elsewhere)).json<ClusterStatus>();
    assert.ok(
      seen.problems.some(({ text }) => /^the upgrade of .+ stands at \d of 6 nodes$/.test(text)),
      JSON.stringify(seen.problems),
    );
    const back = await runCli(['upgrade', '--rollback', '--json'], elsewhere);
    assert.equal(back.status, 0, told(back));
    assert.equal(await programOf(), old);
    await until(isWhole, 'all to be well');
  });
});
