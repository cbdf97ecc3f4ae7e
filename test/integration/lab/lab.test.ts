/** A lab of two regions, made and broken through the program as a user does. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { findObstacle } from '../../../src/lib/lab/check-host.ts';
import { controlGroupOf } from '../../../src/lib/lab/control-groups.ts';
import { findLabProcesses } from '../../../src/lib/lab/lab-processes.ts';
import { labLayout, machineLayout } from '../../../src/lib/lab/layout.ts';
import type { LabStatus } from '../../../src/lib/lab/status.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { until } from '../../support/until.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-lab-'));
const place = { cwd: home, home };
const layout = labLayout(home, 'lab');
const lab = (...words: string[]) => runCli(['lab', ...words], place);

/** What keeps a lab from being made here; false when nothing does. */
const skip =
  process.getuid?.() === 0 ? ((await findObstacle(home)) ?? false) : 'needs root: namespaces and mounts';

after(async () => {
  if (skip === false) await lab('down');
  rmSync(home, { recursive: true, force: true });
});

/** Runs a command in a machine over ssh; null for the status when ssh got no answer in time. */
async function inMachine(
  machine: string,
  command: string,
): Promise<{ status: number | null; stdout: string }> {
  const args = ['-F', layout.sshConfig, '-o', 'ConnectTimeout=3', machine, command];
  const { exitCode, stdout } = await execa('ssh', args, { reject: false, stdin: 'ignore', timeout: 20_000 });
  return { status: exitCode ?? null, stdout };
}

const reaches = async (from: string, address: string) =>
  (await inMachine(from, `ping -c 1 -W 2 ${address}`)).status === 0;

/** Of this lab: others may come and go meanwhile, also while find is in their groups. */
const GROUPS = `find /sys/fs/cgroup -name '${controlGroupOf(layout.dir)}' 2>/dev/null || true`;

/** Interfaces, mounts, namespaces that have a name, routes and control groups of this machine. */
async function traces(): Promise<string> {
  const asked = [
    'ip -brief link',
    'cut -d " " -f 2-3 /proc/mounts',
    'ip netns list',
    'ip route',
    'ip rule',
    GROUPS,
  ];
  const { stdout } = await execa('sh', ['-c', asked.join('; ')]);
  return stdout;
}

const withoutGroups = (text: string) => text.replaceAll(/\n\/sys\/fs\/cgroup.*streamctl-lab-.*/g, '');

test('a lab is made, reached, cut, healed, switched off and on, and leaves nothing', {
  skip,
  timeout: 280_000,
}, async (t) => {
  const before = await traces();

  await t.test('lab up boots a machine in each region and says how to reach them', async () => {
    const run = await lab('up', '--regions', 'us,eu', '--nodes-per-region', '1', '--json');
    assert.equal(run.status, 0, run.stderr + run.stdout);
    const { state, machines } = run.json<LabStatus>();
    assert.equal(state, 'whole');
    assert.deepEqual(
      machines.map(({ name, address }) => `${name} ${address}`),
      ['us-1 10.213.1.1', 'eu-1 10.213.2.1'],
    );
    assert.equal(statSync(layout.key).mode & 0o777, 0o600);
  });

  await t.test('a command of this machine runs in its network, and its exit status is told', async () => {
    assert.equal((await lab('exec', '--', 'nc', '-z', '-w', '2', '10.213.1.1', '22')).status, 0);
    assert.equal((await lab('exec', '--', 'sh', '-c', 'exit 7')).status, 7);
  });

  await t.test('systemd runs in a machine, with its own name, and its user may sudo', async () => {
    const { stdout } = await inMachine(
      'us-1',
      'systemctl is-system-running; hostname; sudo id -u; cat /proc/1/comm',
    );
    assert.deepEqual(stdout.split('\n'), ['running', 'us-1', '0', 'systemd']);
  });

  await t.test('this machine has no interface, mount or route of the lab', async () => {
    assert.equal(withoutGroups(await traces()), withoutGroups(before));
  });

  await t.test('regions reach one another, until one is cut off, and again when it is healed', async () => {
    await until(() => reaches('us-1', '10.213.2.1'), 'the regions to be joined');
    assert.equal((await lab('cut', 'eu')).status, 0);
    assert.ok(!(await reaches('us-1', '10.213.2.1')), 'cut');
    assert.equal((await lab('status')).status, 7);
    assert.equal((await lab('heal')).status, 0);
    await until(() => reaches('us-1', '10.213.2.1'), 'the regions to be joined again');
    assert.equal((await lab('status')).status, 0);
  });

  await t.test('a delay makes the round trip longer by twice as much', async () => {
    assert.equal((await lab('delay', 'us', 'eu', '60')).status, 0);
    const { stdout } = await inMachine('us-1', 'ping -c 3 -i 0.2 10.213.2.1');
    const least = Number(/= ([\d.]+)\//.exec(stdout)?.[1]);
    assert.ok(least >= 120 && least < 1000, `round trip of ${least} ms`);
    assert.equal((await lab('delay', 'us', 'eu', '0')).status, 0);
    assert.ok(await reaches('us-1', '10.213.2.1'));
  });

  await t.test('a machine that lost its power comes back with its disk', async () => {
    assert.equal((await inMachine('eu-1', 'echo kept >~/note && sync')).status, 0);
    assert.equal((await lab('power-off', 'eu-1')).status, 0);
    assert.ok(!(await reaches('us-1', '10.213.2.1')), 'off');
    const on = await lab('power-on', 'eu-1');
    assert.equal(on.status, 0, on.stderr);
    assert.equal((await inMachine('eu-1', 'cat ~/note')).stdout, 'kept');
  });

  await t.test('one that lab up was stopped before gets its own files when it is switched on', async () => {
    assert.equal((await lab('power-off', 'eu-1')).status, 0);
    const { upper } = machineLayout(layout, 'eu-1');
    for (const name of ['lab_authorized_keys', 'sshd_config.d/lab.conf'])
      rmSync(join(upper, 'etc/ssh', name));
    const on = await lab('power-on', 'eu-1');
    assert.equal(on.status, 0, on.stderr);
    assert.equal((await inMachine('eu-1', 'hostname')).stdout, 'eu-1');
  });

  await t.test(
    'lab down leaves no process, file, mount, interface or route, and may be run twice',
    async () => {
      assert.equal((await lab('down')).status, 0);
      assert.deepEqual(await findLabProcesses(layout.dir), []);
      assert.deepEqual(readdirSync(home), []);
      assert.equal(await traces(), before);
      assert.equal((await lab('down')).status, 0);
      assert.deepEqual(readdirSync(home), []);
    },
  );
});

test('lab down takes away what a killed lab up left', { skip, timeout: 60_000 }, async () => {
  const before = await traces();
  const { child, done } = startCli(['lab', 'up', '--regions', 'us', '--nodes-per-region', '2'], place);
  const isBooting = async () => (await findLabProcesses(layout.dir)).some(({ part }) => part === 'us-1');
  await until(isBooting, 'the first machine to be started');
  child.kill('SIGKILL');
  await done;
  assert.equal((await lab('down')).status, 0);
  assert.deepEqual(await findLabProcesses(layout.dir), []);
  assert.deepEqual(readdirSync(home), []);
  assert.equal(await traces(), before);
});

test('commands on a lab that is not there say so', { skip }, async () => {
  const run = await lab('cut', 'us', '--name', 'elsewhere');
  assert.equal(run.status, 9);
  assert.match(run.stderr, /there is no lab "elsewhere"/);
});
