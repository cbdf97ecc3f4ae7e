import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { healRecord, runUndoProcess } from '../../../../src/lib/drill/undo/undo-process.ts';
import { loadUndoRecord, saveUndoRecord } from '../../../../src/lib/drill/undo/undo-record.ts';
import { nodeLayout, originFaultFile } from '../../../../src/lib/nodes/layout.ts';
import { until } from '../../../support/until.ts';

let dir = '';
let file = '';
let fault = '';
/** An undo that leaves a trace: the file that mends an origin. */
function entry(id: string, inMs = 60_000) {
  return {
    ...{ id, label: `fault ${id}`, deadlineMs: Date.now() + inMs },
    actions: [{ kind: 'mend-origin' as const, node: 'eu-1' }],
  };
}

function start(more: Partial<Parameters<typeof runUndoProcess>[0]> = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const said: Record<string, unknown>[] = [];
  output.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) said.push(JSON.parse(line));
  });
  const done = runUndoProcess({ file, input, output, nowMs: Date.now, ...more });
  const tell = (order: object): void => void input.write(`${JSON.stringify(order)}\n`);
  return { input, said, done, tell, heard: (key: string) => said.some((message) => key in message) };
}

const isMended = async (): Promise<boolean> =>
  (await readFile(fault, 'utf8').catch(() => '')).includes('"none"');

describe('the undo process', () => {
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'undo-'));
    file = join(dir, 'undo.json');
    const { data } = nodeLayout(dir, 'eu-1');
    await mkdir(data, { recursive: true });
    fault = originFaultFile(data);
    await saveUndoRecord(file, { version: 1, clusterDir: dir, pid: 0, entries: [] });
  });
  afterEach(async () => await rm(dir, { recursive: true, force: true }));

  test('what is armed is on disk before it says so', async () => {
    const { input, done, tell, heard } = start();
    tell({ arm: entry('1') });
    await until(() => heard('armed'), 'armed');
    assert.equal((await loadUndoRecord(file))?.entries[0]?.healedMs, null);
    assert.equal(await isMended(), false);
    input.end();
    await done;
  });

  test('the end of its input undoes all that is armed', async () => {
    const { input, done, tell, heard } = start();
    tell({ arm: entry('1') });
    await until(() => heard('armed'), 'armed');
    input.end();
    await done;
    assert.equal(await isMended(), true);
    assert.notEqual((await loadUndoRecord(file))?.entries[0]?.healedMs, null);
  });

  test('an undo that is late comes by itself, while the command still lives', async () => {
    const { input, done, tell, heard } = start();
    tell({ arm: entry('1', 30) });
    await until(() => heard('healed'), 'healed');
    assert.equal(await isMended(), true);
    input.end();
    await done;
  });

  test('told to heal it says what failed, keeps that armed, and tries again at its end', async () => {
    const { input, said, done, tell } = start();
    tell({ arm: entry('1') });
    tell({
      arm: {
        ...entry('2'),
        actions: [
          { kind: 'boot', node: '../nowhere' },
          { kind: 'mend-origin', node: 'no' },
        ],
      },
    });
    tell({ heal: '1' });
    tell({ heal: '1' });
    tell({ heal: '2' });
    tell({ close: true });
    input.end();
    await done;
    const healed = said.filter((message) => 'healed' in message);
    assert.deepEqual(
      healed.map(({ healed: id, failed }) => [id, (failed as string[]).length]),
      [
        ['1', 0],
        ['1', 0],
        ['2', 1],
        ['2', 1],
      ],
    );
    const armed = (await loadUndoRecord(file))!.entries.filter(({ healedMs }) => healedMs === null);
    assert.deepEqual(
      armed.map(({ id }) => id),
      ['2'],
    );
    assert.match((healed[2]!.failed as string[])[0]!, /^mend the origin of no: /);
  });

  test('a person can undo what the process that kept it no longer can, once', async () => {
    const entries = [{ ...entry('1'), healedMs: null }];
    await saveUndoRecord(file, { version: 1, clusterDir: dir, pid: 0, entries });
    assert.deepEqual(await healRecord(file, Date.now), { healed: ['fault 1'], failed: [] });
    assert.equal(await isMended(), true);
    assert.deepEqual(await healRecord(file, Date.now), { healed: [], failed: [] });
  });

  test('what a person could not undo stays armed, until it can be', async () => {
    const missing = { ...entry('2'), actions: [{ kind: 'mend-origin' as const, node: 'eu-2' }] };
    const entries = [entry('1'), missing].map((one) => ({ ...one, healedMs: null }));
    await saveUndoRecord(file, { version: 1, clusterDir: dir, pid: 0, entries });
    const first = await healRecord(file, Date.now);
    assert.deepEqual(first.healed, ['fault 1']);
    assert.match(first.failed[0]!, /^mend the origin of eu-2: /);
    await mkdir(nodeLayout(dir, 'eu-2').data, { recursive: true });
    assert.deepEqual(await healRecord(file, Date.now), { healed: ['fault 2'], failed: [] });
  });

  test('an alarm is not cleared while its undo fails', async () => {
    const cleared: string[] = [];
    const alarm = { set: async () => undefined, clear: async (id: string) => void cleared.push(id) };
    const { input, done, tell } = start({ alarm });
    tell({ arm: { ...entry('1'), actions: [{ kind: 'mend-origin', node: 'no' }] } });
    input.end();
    await done;
    assert.deepEqual(cleared, []);
  });

  test('on a stage it strikes and looks, says what went wrong, and goes on', async () => {
    const stage = {
      strike: async ({ id }: { id: string }) => {
        if (id === 'bad') throw new Error('no such unit');
        return `${id} struck`;
      },
      look: async () => 'it stands still',
    };
    const { input, said, done, tell } = start({ stage });
    for (const id of ['good', 'bad']) {
      tell({ strike: { id, settings: { kind: 'freeze-nodes', nodes: [] }, longestMs: 1 } });
    }
    tell({ look: 'good' });
    tell({ close: true });
    input.end();
    await done;
    assert.deepEqual(said.slice(1, -1), [
      { struck: 'good', text: 'good struck' },
      { struck: 'bad', looked: 'bad', trouble: 'no such unit' },
      { looked: 'good', proof: 'it stands still' },
    ]);
  });

  test('an alarm is set before it says that it is armed, and cleared when it is healed', async () => {
    const rung: string[] = [];
    const alarm = {
      set: async ({ id }: { id: string }) => void rung.push(`set ${id}`),
      clear: async (id: string) => void rung.push(`clear ${id}`),
    };
    const { input, done, tell, heard } = start({ alarm });
    tell({ arm: entry('1') });
    await until(() => heard('armed'), 'armed');
    assert.deepEqual(rung, ['set 1']);
    input.end();
    await done;
    assert.deepEqual(rung, ['set 1', 'clear 1']);
  });
});
