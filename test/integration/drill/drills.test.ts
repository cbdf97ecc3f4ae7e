/** Each drill once, in its short form, on a whole cluster; and what becomes of one that is killed. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DrillRun } from '../../../src/lib/drill/drill-result.ts';
import { findNodeProcesses } from '../../../src/lib/drill/faults/node-processes.ts';
import { armedOf, loadUndoRecord } from '../../../src/lib/drill/undo/undo-record.ts';
import { isProcessAlive } from '../../../src/lib/nodes/processes.ts';
import { ROOT } from '../../support/cli.ts';
import { type DemoCluster, startDemoCluster } from '../../support/demo-cluster.ts';
import { until } from '../../support/until.ts';

const MEDIA = `  dvrSec: 60
  ladder: [{ name: low, width: 256, height: 144, videoKbps: 150 }]
  slate: { maxSec: 3 }`;
const STREAMCTL = join(ROOT, 'bin/streamctl');
/** Few viewers, and a second without a stall is steady enough. */
const SHORT = ['--viewers', '20', '--calm', '1s'];

/** A drill is run so often while the machine is too busy for it by its own word. */
const ATTEMPTS = 3;
/** What a verdict of `unknown`, or a drill that does not begin, says of the machine. */
const TOO_BUSY = /this machine was too busy to tell|the host keeps back up to \d+ % of the CPU/;

interface Outcome {
  readonly status: number;
  readonly run: DrillRun;
}

describe('drills', () => {
  let cluster: DemoCluster;
  let dir: string;
  before(async () => {
    cluster = await startDemoCluster({
      ...{ name: 'drills', media: MEDIA, block: '127.222.0.0/16' },
      publish: ['--size', '320x180', '--fps', '25', '--kbps', '300'],
    });
    dir = join(cluster.env.STREAMCTL_HOME!, 'drills');
  });
  after(async () => await cluster.close());

  /** Runs a drill to its end, whatever the verdict; once more where it says that this machine was too busy to tell. */
  const drill = async (...words: readonly string[]): Promise<Outcome> => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await drillOnce(...words);
      const { verdict, reasons, error } = outcome.run as DrillRun & { readonly error?: unknown };
      const tells = error === undefined && verdict !== 'unknown';
      const said = JSON.stringify([reasons, error]);
      if (tells || attempt === ATTEMPTS || !TOO_BUSY.test(said)) return outcome;
    }
  };
  const drillOnce = async (...words: readonly string[]): Promise<Outcome> => {
    const argv = ['drill', ...words, '--spec', cluster.specFile, '--json'];
    return await new Promise((resolve, reject) => {
      execFile(STREAMCTL, argv, { env: cluster.env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
        const status = error === null ? 0 : Number(error.code);
        try {
          resolve({ status, run: JSON.parse(stdout) as DrillRun });
        } catch {
          reject(new Error(`drill ${words.join(' ')} printed no JSON: ${stdout}${stderr}`));
        }
      });
    });
  };
  const about = ({ run }: Outcome): string =>
    JSON.stringify(run.verdict === undefined ? run : [run.verdict, run.reasons, run.events], null, 1);

  for (const words of [
    'kill-transcoder demo --duration 2s',
    'freeze-transcoder demo --duration 4s',
    'gap-packager demo --duration 2s',
    'fail-store --duration 3s',
    'fail-control --duration 3s',
    'clock-skew eu-2 3000 --duration 3s',
    'surge us 20 --duration 4s',
  ]) {
    test(`${words}: no viewer notices`, async () => {
      const outcome = await drill(...words.split(' '), ...SHORT);
      assert.equal(outcome.run.verdict, 'pass', about(outcome));
      assert.equal(outcome.status, 0);
      assert.equal(outcome.run.seen.deadAirMs.max, 0);
      assert.equal(outcome.run.steadyState.after?.ok, true);
    });
  }

  for (const words of [
    'fail-region eu --duration 3s',
    'freeze-region eu --duration 3s',
    'fail-node eu-1 --duration 3s',
    'freeze-node eu-1 --duration 3s',
    'fail-ingest eu --duration 3s',
    'fail-edge eu-2 --duration 3s',
    'stale-origin eu-2 --duration 3s',
    'slow-origin eu-2 600 --duration 3s',
    'errors-origin eu-2 40 --duration 3s',
    'flap-publisher demo --duration 2s',
    'rot --duration 8s --seed 14',
  ]) {
    test(`${words}: it bites, it is measured, and the cluster recovers`, async () => {
      const outcome = await drill(...words.split(' '), ...SHORT);
      const { run } = outcome;
      assert.ok(run.verdict === 'pass' || run.verdict === 'fail', about(outcome));
      assert.equal(outcome.status, run.verdict === 'pass' ? 0 : 12);
      assert.ok(
        run.events.some(({ kind }) => kind === 'bit'),
        about(outcome),
      );
      assert.equal(run.steadyState.after?.ok, true, about(outcome));
      assert.equal(
        Object.values(run.seen.byRegion).reduce((a, b) => a + b),
        20,
      );
    });
  }

  test('full-disk is refused where the disk is not the cluster’s alone, and nothing is left of it', async () => {
    const argv = ['drill', 'full-disk', 'eu-1', '--duration', '2s', ...SHORT, '--spec', cluster.specFile];
    const child = spawn(STREAMCTL, argv, { env: cluster.env, stdio: 'ignore' });
    const status = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(status, 8);
    assert.ok(!(await readdir(join(dir, 'nodes/eu-1/data'))).some((name) => name.startsWith('drill-fill-')));
  });

  test('a drill killed with -9 heals by itself', async () => {
    const nodes = ['eu-1', 'eu-2'];
    const count = async (): Promise<number> =>
      (await Promise.all(nodes.map((node) => findNodeProcesses(dir, node)))).flat().length;
    const whole = await count();
    const argv = [
      'drill',
      'fail-region',
      'eu',
      '--duration',
      '60s',
      '--spec',
      cluster.specFile,
      '--viewers',
      '4',
    ];
    const child = spawn(STREAMCTL, argv, { env: cluster.env, stdio: 'ignore' });
    await until(async () => (await count()) === 0, 'the region is gone');
    child.kill('SIGKILL');
    await until(async () => (await count()) >= whole - 4, 'the region is back');
    const last = (await readdir(join(dir, 'drills'))).sort().at(-1)!;
    const load = () => loadUndoRecord(join(dir, 'drills', last, 'undo.json'));
    const { pid } = (await load())!;
    await until(async () => !(await isProcessAlive(pid)), 'the undo process has ended');
    assert.deepEqual(armedOf(await load()), []);
    const health = async (): Promise<boolean> =>
      ((await cluster.run('status').catch(() => ({}))) as { healthy?: boolean }).healthy === true;
    await until(health, 'the cluster is healthy again');
  });

  /** Starts a drill that keeps eu-2 frozen until something ends it. */
  const startFreeze = (...words: readonly string[]) => {
    const argv = ['drill', 'freeze-node', 'eu-2', '--duration', '60s', '--json', ...words];
    const child = spawn(STREAMCTL, [...argv, '--spec', cluster.specFile], {
      env: cluster.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    const ended = new Promise<{ status: number | null; stdout: string }>((resolve) =>
      child.once('close', (status) => resolve({ status, stdout })),
    );
    const frozen = async (): Promise<boolean> => {
      const found = await findNodeProcesses(dir, 'eu-2');
      return found.length > 0 && found.every(({ stopped }) => stopped);
    };
    return { child, ended, frozen };
  };

  test('while a drill runs, up and another drill are refused with 6; Ctrl-C heals it before it ends, with 14', async () => {
    const { child, ended, frozen } = startFreeze('--viewers', '4');
    try {
      await until(frozen, 'the node is frozen');
      assert.equal((await drill('fail-control', '--viewers', '1')).status, 6);
      const failure = await cluster.run('up').catch((error: { code: number }) => error);
      assert.equal((failure as { code: number }).code, 6);
    } finally {
      child.kill('SIGINT');
      const { status, stdout } = await ended;
      assert.equal(status, 14, stdout);
    }
    assert.equal((JSON.parse((await ended).stdout) as DrillRun).verdict, 'aborted');
    assert.ok((await findNodeProcesses(dir, 'eu-2')).every(({ stopped }) => !stopped));
  });

  test('a drill whose undo process is killed ends at once, heals without it, and says aborted, with 14', async () => {
    const { ended, frozen } = startFreeze(...SHORT);
    const load = async () => {
      const last = (await readdir(join(dir, 'drills'))).sort().at(-1)!;
      return (await loadUndoRecord(join(dir, 'drills', last, 'undo.json')))!;
    };
    try {
      await until(frozen, 'the node is frozen');
      process.kill((await load()).pid, 'SIGKILL');
    } finally {
      const { status, stdout } = await ended;
      assert.equal(status, 14, stdout);
    }
    const run = JSON.parse((await ended).stdout) as DrillRun;
    assert.equal(run.verdict, 'aborted');
    assert.equal(run.steadyState.after?.ok, true);
    assert.deepEqual(armedOf(await load()), []);
    assert.ok((await findNodeProcesses(dir, 'eu-2')).every(({ stopped }) => !stopped));
  });

  test('a drill of a file runs as written, and leaves its reports where it was told', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drill-file-'));
    try {
      const file = join(folder, 'two.yaml');
      const faults = [
        '{ fault: kill-transcoder, target: demo, at: 0s }',
        '{ fault: fail-store, at: 1s, for: 2s }',
      ];
      const text = `drill: two-blows\nduration: 4s\nviewers: 10\nfaults:\n${faults.map((one) => `  - ${one}\n`).join('')}expect: { deadAirP99Ms: 0 }\nlimits: { calm: 1s }\n`;
      await writeFile(file, text);
      const outcome = await drill('run', file, '--viewers', '8', '--report', join(folder, 'out'));
      assert.equal(outcome.run.verdict, 'pass', about(outcome));
      assert.equal(outcome.run.events.filter(({ kind }) => kind === 'fault').length, 2);
      const html = await readFile(join(folder, 'out', 'report.html'), 'utf8');
      assert.match(html, /None of 8 viewers lost the picture/);
      assert.match(await readFile(join(folder, 'out', 'junit.xml'), 'utf8'), /failures="0" errors="0"/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('drop-publisher: viewers see the slate, then a clean end; the stream comes back with its publisher', async () => {
    const outcome = await drill('drop-publisher', 'demo', '--duration', '6s', ...SHORT);
    assert.equal(outcome.run.verdict, 'pass', about(outcome));
    assert.notEqual(outcome.run.slateMs, null);
    assert.ok(
      outcome.run.events.some(({ text }) => text.startsWith('the stream is ended')),
      about(outcome),
    );
  });
});
