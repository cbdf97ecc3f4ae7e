import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { HANDS_VERSION, type HandsAnswer } from '../../../../src/lib/provision/hands/protocol.ts';
import { runHands } from '../../../../src/lib/provision/hands/run-hands.ts';

const clusterDir = mkdtempSync(join(tmpdir(), 'streamctl-hands-'));
after(() => rmSync(clusterDir, { recursive: true, force: true }));

/** Sends requests, a line each, and returns the answers. */
async function ask(...lines: readonly string[]): Promise<HandsAnswer[]> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(lines.map((line) => `${line}\n`).join(''));
  const said = text(output);
  await runHands({ input, output });
  output.end();
  return (await said)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HandsAnswer);
}

const request = (action: string, takes: object, version: number = HANDS_VERSION) =>
  JSON.stringify({ version, action, takes: { clusterDir, apply: false, ...takes } });

test('hands answer one request after the other and end with their input', async () => {
  const answers = await ask(request('units', { node: 'us-1' }), '', request('units', { node: 'us-1' }));
  assert.deepEqual(
    answers.map(({ gives, failure }) => [gives, failure]),
    [
      [[], null],
      [[], null],
    ],
  );
});

test('a request of another version, an unknown one, and what is no request are refused without an end', async () => {
  const answers = await ask(
    request('units', {}, HANDS_VERSION + 1),
    request('dance', {}),
    'not json',
    request('units', { node: 'a' }),
  );
  assert.deepEqual(
    answers.map(({ failure }) => failure?.code ?? null),
    ['CONFLICT', 'CONFLICT', 'BUG', null],
  );
});
