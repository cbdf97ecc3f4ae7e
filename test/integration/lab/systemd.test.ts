/** Units under systemd, on a machine of a lab: as root makes them, and as the agent's user switches its own. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import type { UnitReport } from '../../../src/lib/health/report.ts';
import { findObstacle } from '../../../src/lib/lab/check-host.ts';
import { labLayout } from '../../../src/lib/lab/layout.ts';
import { planSandbox } from '../../../src/lib/nodes/systemd/sandbox.ts';
import { runCli } from '../../support/cli.ts';
import { type Caller, putModule, runInMachine, startCaller } from '../../support/lab-node.ts';
import { until } from '../../support/until.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-systemd-'));
const { sshConfig } = labLayout(home, 'lab');
const lab = (...words: string[]) => runCli(['lab', ...words], { cwd: home, home });
const skip =
  process.getuid?.() === 0 ? ((await findObstacle(home)) ?? false) : 'needs root: namespaces and mounts';

const CLUSTER = '/var/lib/streamctl/demo';
const NODE = `${CLUSTER}/nodes/us-1`;
const SCRIPT = 'echo "up $SAYS"; sleep 987654 & while :; do sleep 0.1; done';
const unit = (name: string, says = `it's 100% "on" $HOME`) =>
  ({ name, argv: ['/bin/sh', '-c', SCRIPT], env: { SAYS: says }, stopTimeoutSec: 2 }) as const;

type Target = 'root' | 'static' | 'dynamic';
type Answer<T> = { value: T; error?: string };

/** It takes a third of a second on a machine that has time. */
const LATEST_MS = 3000;

let hands = '';
let callers: Readonly<Record<Target, Caller>>;
const sh = async (command: string) => await runInMachine(sshConfig, 'us-1', command);

/** Calls a service manager on the machine: `static` as root, `dynamic` as the agent's user in the agent's sandbox. */
async function call<T = unknown>(target: Target, method: string, ...args: unknown[]): Promise<T> {
  const answer = JSON.parse(await callers[target].ask(JSON.stringify({ target, method, args }))) as Answer<T>;
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.value;
}

function startCallers(): void {
  const properties = planSandbox('agent', [NODE]).flatMap(([key, value]) => ['-p', `'${key}=${value}'`]);
  const sandbox = ['systemd-run', '--quiet', '--pipe', '--wait', ...properties];
  const start = (words: readonly string[]) =>
    startCaller(sshConfig, 'us-1', [...words, hands, CLUSTER, 'us-1'].join(' '));
  callers = { root: start([]), static: start([]), dynamic: start(sandbox) };
}

const endCallers = () => Promise.all(Object.values(callers).map((caller) => caller.close()));

const stateOf = async (mode: 'static' | 'dynamic', name: string) =>
  (await call<UnitReport[]>(mode, 'list')).find((found) => found.name === name);

describe('units under systemd', { skip, timeout: 120_000 }, () => {
  before(async () => {
    const up = await lab('up', '--regions', 'us', '--nodes-per-region', '1');
    assert.equal(up.status, 0, up.stderr);
    hands = await putModule(sshConfig, 'us-1', 'unit-hands.ts');
    await sh(`mkdir -p ${NODE}/service ${NODE}/services`);
    await execa('ssh', ['-F', sshConfig, 'root@us-1', `${hands} ${CLUSTER} us-1`], {
      input: '{"target":"root","method":"ensureSystemUser","args":[]}\n',
    });
    startCallers();
    await call('root', 'giveToSystemUser', [`${NODE}/services`]);
  });
  after(async () => {
    await endCallers();
    await lab('down');
    rmSync(home, { recursive: true, force: true });
  });

  test('install() starts nothing and says whether it changed something; start() runs exactly that', async () => {
    assert.equal(await call('static', 'install', unit('origin')), true);
    assert.equal(await call('static', 'install', unit('origin')), false);
    assert.equal((await stateOf('static', 'origin'))?.state, 'stopped');
    assert.equal(await call('static', 'runs', unit('origin')), false);
    await call('static', 'start', 'origin');
    assert.equal((await stateOf('static', 'origin'))?.state, 'running');
    assert.equal(await call('static', 'runs', unit('origin')), true);
    assert.equal(await call('static', 'runs', unit('origin', 'else')), false);
    await until(
      async () =>
        (await call<string[]>('static', 'lastLines', 'origin', 9)).includes(`up it's 100% "on" $HOME`),
      'what it said first, as it was written',
    );
  });

  test('a unit is no root, and can write to its own node alone', async () => {
    const { pid } = (await stateOf('static', 'origin'))!;
    const { stdout } = await sh(`grep -E 'Uid|CapEff|NoNewPrivs|Seccomp:' /proc/${pid}/status`);
    assert.match(stdout, /NoNewPrivs:\s+1/);
    assert.match(stdout, /CapEff:\s+0+$/m);
    assert.match(stdout, /Seccomp:\s+2/);
    assert.doesNotMatch(stdout, /Uid:\s+0/);
    const writes = (path: string) => sh(`nsenter -t ${pid} -m sh -c ': >${path}'`);
    assert.equal((await writes(`${NODE}/service/origin/x`)).status, 0);
    assert.notEqual((await writes(`${CLUSTER}/x`)).status, 0);
    assert.notEqual((await writes('/etc/x')).status, 0);
  });

  test('a killed unit is back at once, and what it had started is gone', async () => {
    const { pid } = (await stateOf('static', 'origin'))!;
    const note = `${NODE}/service/origin/unit.pid`;
    const { stdout } = await sh(
      `kill -9 ${pid}; n=0; until grep -qs . ${note} && ! grep -q '^${pid} ' ${note}; do sleep 0.02; n=$((n+1)); done; echo $((n*20))`,
    );
    assert.ok(Number(stdout) < LATEST_MS, `${stdout} ms`);
    const sleeps = async () => Number((await sh(`pgrep -c -f 'sleep 98765[4]$'`)).stdout);
    await until(async () => (await sleeps()) === 1, 'the old child to be gone and the new one to be there');
    const exit = await call<{ signal: number }>('static', 'lastExit', 'origin');
    assert.equal(exit.signal, 9);
  });

  test('a unit that exits at once is restarting, and what it said is told', async () => {
    const broken = { ...unit('broken'), argv: ['/bin/sh', '-c', 'echo no port; exit 3'] };
    await call('static', 'install', broken);
    await call('static', 'start', 'broken');
    const state = async () => (await stateOf('static', 'broken'))?.state;
    await until(async () => (await state()) === 'restarting', 'it to be tried again');
    assert.equal((await call<{ status: number }>('static', 'lastExit', 'broken')).status, 3);
    assert.ok((await call<string[]>('static', 'lastLines', 'broken', 9)).includes('no port'));
    await call('static', 'remove', 'broken');
    assert.equal(await state(), undefined);
  });

  test("the agent's user starts and stops its own units, and nothing else", async () => {
    await call('root', 'installAgentUnits');
    await call('dynamic', 'install', unit('pipeline-a'));
    await call('dynamic', 'start', 'pipeline-a');
    const before = await stateOf('dynamic', 'pipeline-a');
    assert.equal(before?.state, 'running');
    await call('dynamic', 'start', 'pipeline-a');
    assert.equal((await stateOf('dynamic', 'pipeline-a'))?.pid, before?.pid, 'left alone');
    const origin = await stateOf('static', 'origin');
    const asUser = (command: string) => sh(`runuser -u streamctl -- ${command} 2>&1`);
    assert.notEqual((await asUser('systemctl --no-ask-password stop streamctl-demo-origin')).status, 0);
    /** The answers to many requests, a line each, in one call: 0 when it was done. */
    const ask = async (user: string, requests: readonly string[]) => {
      const one = `runuser -u ${user} -- ${hands} --door /run/streamctl-demo-units "$1" >/dev/null 2>&1`;
      const words = requests.map((request) => `'${request}'`).join(' ');
      return (await sh(`ask() { ${one}; echo $?; }; for r in ${words}; do ask "$r"; done`)).stdout.split(
        '\n',
      );
    };
    // The first names an instance of the template that has no script: nothing is there to be started.
    const requests = ['start ssh', 'start ../origin', 'start -x', 'start a b', 'isolate a', 'start'];
    assert.deepEqual(await ask('streamctl', requests), ['0', '1', '1', '1', '1', '1']);
    assert.deepEqual(await ask('admin', ['stop pipeline-a']), ['1']);
    // Its state would still tell of its restart in a former test.
    assert.ok(origin?.pid && (await stateOf('static', 'origin'))?.pid === origin.pid, 'left alone');
    assert.equal((await stateOf('dynamic', 'pipeline-a'))?.pid, before?.pid);
    assert.equal((await sh('systemctl is-active ssh streamctl-demo-run@ssh')).stdout, 'active\ninactive');
  });

  test('a unit that is being started is never said to have failed', async () => {
    const dropIn = '/run/systemd/system/streamctl-demo-run@.service.d';
    await sh(
      `mkdir -p ${dropIn} && printf '[Service]\\nExecStartPre=/bin/sleep 1\\n' >${dropIn}/slow.conf && systemctl daemon-reload`,
    );
    await call('dynamic', 'install', unit('pipeline-slow'));
    const seen: (string | undefined)[] = [];
    const list = JSON.stringify({ target: 'dynamic', method: 'list', args: [] });
    const started = call('dynamic', 'start', 'pipeline-slow');
    do {
      const { value } = JSON.parse(await callers.root.ask(list)) as Answer<UnitReport[]>;
      seen.push(value.find(({ name }) => name === 'pipeline-slow')?.state);
    } while (seen.at(-1) !== 'running');
    await started;
    await sh(`rm -r ${dropIn}; systemctl daemon-reload`);
    assert.deepEqual([...new Set(seen)].slice(-2), ['starting', 'running']);
    assert.ok(!seen.includes('failed') && !seen.includes('restarting'), seen.join(' '));
    await call('dynamic', 'remove', 'pipeline-slow');
  });

  test('stop() and remove() leave no process', async () => {
    await call('dynamic', 'remove', 'pipeline-a');
    assert.deepEqual(await call('dynamic', 'list'), []);
    await call('static', 'stop', 'origin');
    assert.equal((await stateOf('static', 'origin'))?.state, 'stopped');
    assert.equal((await sh('pgrep -f "98765[4]"')).stdout, '');
  });

  test('a boot brings back what was started, and not what was stopped', async () => {
    await call('static', 'install', unit('agent'));
    await call('static', 'start', 'agent');
    await endCallers();
    assert.equal((await lab('power-off', 'us-1')).status, 0);
    const on = await lab('power-on', 'us-1');
    assert.equal(on.status, 0, on.stderr);
    startCallers();
    await until(async () => (await stateOf('static', 'agent'))?.state === 'running', 'the agent');
    assert.equal((await stateOf('static', 'origin'))?.state, 'stopped');
    await call('dynamic', 'install', unit('pipeline-b'));
    await call('dynamic', 'start', 'pipeline-b');
    assert.equal((await stateOf('dynamic', 'pipeline-b'))?.state, 'running');
  });

  test('removeAllUnits() leaves no unit file and no process', async () => {
    await call('root', 'removeAllUnits');
    assert.deepEqual(await call('root', 'findUnitFiles'), []);
    assert.equal((await sh('pgrep -f "98765[4]"; ls /etc/systemd/system | grep streamctl')).stdout, '');
    assert.equal((await sh('ls /run/streamctl-demo-units')).status, 2);
  });
});
