import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchJson } from '../../../src/lib/nodes/watch-json.ts';
import { until } from '../../support/until.ts';

test('watchJson() follows a file that is replaced, and keeps the last good value through damage and loss', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-watch-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'ring.json');
  const replace = async (text: string): Promise<void> => {
    await writeFile(`${file}.next`, text);
    await rename(`${file}.next`, file);
  };
  const seen: number[] = [];
  const parse = (value: unknown): number => {
    const { epoch } = value as { epoch: unknown };
    if (typeof epoch !== 'number') throw new Error('no epoch');
    return epoch;
  };
  const watched = watchJson(file, { initial: 0, parse, onChange: (epoch) => void seen.push(epoch) });
  t.after(() => watched.close());
  assert.equal(watched.current, 0);
  await replace('{"epoch":1}');
  await until(() => watched.current === 1, 'the file that appeared');
  for (const damaged of ['{"epoch":', '{"epoch":"2"}', 'null']) {
    await replace(damaged);
    await watched.refresh();
    assert.equal(watched.current, 1, damaged);
  }
  await rm(file);
  await watched.refresh();
  await replace('{"epoch":3}');
  await until(() => watched.current === 3, 'the file that came back');
  assert.deepEqual(seen, [1, 3]);
});
