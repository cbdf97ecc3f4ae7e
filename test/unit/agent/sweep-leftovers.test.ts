import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { findLeftovers, KEPT_LOGS } from '../../../src/lib/agent/sweep-leftovers.ts';

const NOW_MS = 1_800_000_000_000;
let dirs: { data: string; log: string };
let root: string;
async function make(dir: string, ageSec: number, file?: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  if (file !== undefined) {
    await writeFile(join(dir, file), '');
    await utimes(join(dir, file), NOW_MS / 1000, NOW_MS / 1000 - ageSec);
  }
  await utimes(dir, NOW_MS / 1000, NOW_MS / 1000 - (file === undefined ? ageSec : 86_400));
}
const find = async (units: string[] = []) =>
  (await findLeftovers({ dirs, units: new Set(units), nowMs: NOW_MS })).map(({ stream }) => stream);

describe('sweeping leftovers', () => {
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sc-sweep-'));
    dirs = { data: join(root, 'data'), log: join(root, 'log') };
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('work folders of pipelines without a unit go, but for young ones', async () => {
    for (const name of ['past', 'present']) await make(join(dirs.data, `pipeline-${name}`), 120);
    await make(join(dirs.data, 'pipeline-young'), 30);
    await make(join(dirs.data, 'dvr'), 120);
    assert.deepEqual(await find(['present']), ['past']);
  });

  test('the newest logs stay, by their last line', async () => {
    for (let index = 0; index < KEPT_LOGS + 3; index++) {
      await make(join(dirs.log, `pipeline-s${index}`), 1000 + index, 'current');
    }
    await make(join(dirs.log, 'agent'), 9000, 'current');
    assert.deepEqual(await find(), ['s20', 's21', 's22']);
  });

  test('a node without such folders has nothing to sweep', async () => {
    assert.deepEqual(await find(), []);
  });
});
