import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CpuMeter } from '../../../src/lib/agent/cpu-meter.ts';

/** Fields of /proc/stat's first line, in ticks. */
function stat({ user = 0, idle = 0, iowait = 0, steal = 0 }): string {
  return `cpu  ${user} 0 0 ${idle} ${iowait} 0 0 ${steal} 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n`;
}

test('what was neither idle nor waiting for a disk is busy, and what the host kept back is told apart', async () => {
  let [text, nowMs] = [stat({ user: 1000, idle: 1000 }), 0];
  const meter = new CpuMeter(
    async () => text,
    () => nowMs,
  );
  assert.deepEqual(await meter.look(), { busy: 0.5, stolen: 0 });
  text = stat({ user: 1300, idle: 1200, iowait: 100, steal: 400 });
  nowMs = 4999;
  assert.deepEqual(await meter.look(), { busy: 0.5, stolen: 0 }, 'too soon for other shares');
  nowMs = 5000;
  assert.deepEqual(await meter.look(), { busy: 0.7, stolen: 0.4 });
});

test('counters that stand still, go back or are not there are no load', async () => {
  for (const later of [
    stat({ user: 10, idle: 10 }),
    stat({ user: 9, idle: 9 }),
    '',
    'cpu 1 2\n',
    'cpu a b c d e f g h\n',
  ]) {
    let [text, nowMs] = [stat({ user: 0, idle: 20 }), 0];
    const meter = new CpuMeter(
      async () => text,
      () => nowMs,
    );
    await meter.look();
    [text, nowMs] = [later, 5000];
    assert.deepEqual(await meter.look(), { busy: 0, stolen: 0 }, later);
  }
  const nowhere = new CpuMeter(async () => Promise.reject(new Error('ENOENT')));
  assert.deepEqual(await nowhere.look(), { busy: 0, stolen: 0 });
});
