import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import type { MachineHolder } from '../../../../src/lib/provision/hands/hold-machine.ts';
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

const holder = (id: string): MachineHolder => {
  return { id, who: `${id}@desk`, host: 'desk', ci: null, command: 'streamctl up' };
};
const hold = (id: string) => request('hold', { holder: holder(id), waitMs: 0 });

/** Hands whose input stays open until `end`. */
function startHands(silenceMs?: number) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const done = runHands({ input, output, ...(silenceMs === undefined ? {} : { silenceMs }) });
  const lines = createInterface({ input: output })[Symbol.asyncIterator]();
  return {
    input,
    done,
    say: async (line: string): Promise<HandsAnswer> => {
      input.write(`${line}\n`);
      return JSON.parse((await lines.next()).value ?? '') as HandsAnswer;
    },
    end: async () => {
      input.end();
      await done;
    },
  };
}

test('one command at a time has a machine: another one is told whose it is, and has it when those hands end', async () => {
  const ada = startHands();
  assert.equal((await ada.say(hold('ada'))).failure, null);
  const [same] = await ask(hold('ada'));
  assert.equal(same?.failure, null, 'other hands of the same command');
  const [other] = await ask(hold('bob'));
  assert.equal(other?.failure?.code, 'LOCKED');
  const details = other?.failure?.details as { facts: Record<string, string> } | undefined;
  assert.match(details?.facts['held by'] ?? '', /^ada@desk on desk, for \d+ s$/);
  await ada.end();
  const [later] = await ask(hold('bob'));
  assert.equal(later?.failure, null);
});

test('hands of a command that has fallen silent end, and the machine is free', async () => {
  const ada = startHands(500);
  const startedMs = performance.now();
  assert.equal((await ada.say(hold('ada'))).failure, null);
  let left = 8;
  const signs = setInterval(() => {
    if (left-- > 0) ada.input.write('\n');
    else clearInterval(signs);
  }, 100);
  await ada.done;
  assert.ok(performance.now() - startedMs > 1_200, 'signs of life count');
  const [later] = await ask(hold('bob'));
  assert.equal(later?.failure, null);
});
