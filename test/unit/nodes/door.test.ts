import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { askDoor } from '../../../src/lib/nodes/systemd/door.ts';

const CANCELED = 'Job for streamctl-six-run@pipeline-demo.service canceled.\n';

/** A door that gives these answers, the last one again and again. */
async function openDoor(t: TestContext, answers: readonly string[]) {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-door-'));
  const socket = join(dir, 'units');
  const asked: string[] = [];
  const server = createServer((line) => {
    line.once('data', (request) => {
      asked.push(String(request));
      line.end(answers[Math.min(asked.length, answers.length) - 1]!);
    });
  }).listen(socket);
  t.after(async () => {
    server.close();
    await rm(dir, { recursive: true });
  });
  return { socket, asked };
}

test('a stop that a start of the same unit took the place of is asked for again', async (t) => {
  const { socket, asked } = await openDoor(t, [CANCELED, CANCELED, 'done\n']);
  await askDoor(socket, 'stop pipeline-demo');
  assert.deepEqual(asked, Array(3).fill('stop pipeline-demo\n'));
});

test('what systemd refuses is told with its words, at once or after some tries', async (t) => {
  const refused = await openDoor(t, ['Unit is masked.\n']);
  await assert.rejects(askDoor(refused.socket, 'start x'), /start x: systemd refused/);
  assert.equal(refused.asked.length, 1);
  const fought = await openDoor(t, [CANCELED]);
  await assert.rejects(askDoor(fought.socket, 'stop x'), ({ details }: { details?: unknown }) =>
    JSON.stringify(details).includes('canceled'),
  );
  assert.equal(fought.asked.length, 4);
});
