import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { followLogs, listLogSources, readMergedLines } from '../../../src/lib/nodes/follow-logs.ts';
import { until } from '../../support/until.ts';

let dir = '';
const logOf = (node: string, unit: string, file = 'current') => join(dir, 'nodes', node, 'log', unit, file);

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'streamctl-logs-'));
  for (const [node, unit] of [
    ['a-1', 'agent'],
    ['a-2', 'origin'],
  ] as const) {
    await mkdir(join(dir, 'nodes', node, 'log', unit), { recursive: true });
  }
  await writeFile(logOf('a-1', 'agent', '@4000000066000000.s'), '2026-01-01_00:00:01.10000 one\n');
  await writeFile(logOf('a-1', 'agent'), '2026-01-01_00:00:03.10000 three\n');
  await writeFile(logOf('a-2', 'origin'), '2026-01-01_00:00:02.10000 two\nno stamp\n');
});
after(async () => await rm(dir, { recursive: true }));

test('logs of all units are merged by time, across rotated files', async () => {
  const lines = await readMergedLines(await listLogSources(dir, ['a-1', 'a-2']), 10);
  assert.deepEqual(
    lines.map(({ node, unit, time, text }) => [node, unit, time, text]),
    [
      ['a-2', 'origin', '', 'no stamp'],
      ['a-1', 'agent', '2026-01-01T00:00:01.100Z', 'one'],
      ['a-2', 'origin', '2026-01-01T00:00:02.100Z', 'two'],
      ['a-1', 'agent', '2026-01-01T00:00:03.100Z', 'three'],
    ],
  );
});

test('the last lines only, when fewer are asked for', async () => {
  const lines = await readMergedLines(await listLogSources(dir, ['a-1', 'a-2']), 1);
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['three'],
  );
});

test('followed logs go on through a rotation and a half-written line, and take up new units', async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  let looks = 0;
  const find = () => {
    looks += 1;
    return listLogSources(dir, ['a-1', 'a-2']);
  };
  const following = followLogs(find, stop.signal);
  const next = async () => seen.push((await following.next()).value!.text);
  const first = next();
  await until(() => looks > 1, 'the ends of all files to be noted');
  await appendFile(logOf('a-1', 'agent'), '2026-01-01_00:00:04.00000 four\n2026-01-01_00:00:05.00000 fi');
  await first;
  await appendFile(logOf('a-1', 'agent'), 've\n');
  await rename(logOf('a-1', 'agent'), logOf('a-1', 'agent', '@4000000066000009.s'));
  await writeFile(logOf('a-1', 'agent'), '2026-01-01_00:00:06.00000 six\n');
  await next();
  await next();
  await mkdir(join(dir, 'nodes/a-2/log/pipeline-demo'));
  await writeFile(logOf('a-2', 'pipeline-demo'), '2026-01-01_00:00:07.00000 seven\n');
  await next();
  stop.abort();
  assert.deepEqual(seen, ['four', 'five', 'six', 'seven']);
});
