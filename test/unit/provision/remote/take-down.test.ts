import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { takeMachinesDown } from '../../../../src/lib/provision/remote/take-down.ts';
import { startFakeMachines } from '../../../support/fake-ssh.ts';
import { until } from '../../../support/until.ts';

/** A machine that has the program, and hands that note each request and answer with the lines of `answers`. */
const MACHINE = {
  facts: `printf 'root=yes\\nprogram=node-24\\nprogram=abc\\nclock=ready\\n'`,
  answer: `action=$(echo "$line" | sed 's/.*"action":"\\([a-z]*\\)".*/\\1/')
      [ -e "$here/$action" ] && cat "$here/$action"`,
};

const HELD = { code: 'LOCKED', message: 'streamctl up is changing the machine already, from desk' };

function startMachine(t: TestContext) {
  const ssh = startFakeMachines(MACHINE);
  t.after(() => ssh.close());
  const bin = join(ssh.dir, 'bin');
  const interrupted = new AbortController();
  const requests = (): string[] => {
    const file = join(bin, 'requests');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  return {
    interrupted,
    requests,
    actions: () => requests().map((line) => /"action":"(\w+)"/.exec(line)?.[1] ?? line),
    answer: (action: string, gives: unknown, failure: unknown = null) =>
      writeFileSync(join(bin, action), `${JSON.stringify({ changes: [], gives, failure })}\n`),
    down: () =>
      takeMachinesDown({
        cluster: 'demo',
        ssh: { parallel: 1, connectTimeoutSec: 1 },
        peers: [{ name: 'us-1', host: 'us-1.example.net' } as never],
        mesh: null,
        purge: false,
        holder: { id: 'desk 1', who: 'ada@desk', host: 'desk', ci: null, command: 'streamctl down' },
        signal: interrupted.signal,
        doing: () => undefined,
      }),
  };
}

test('down asks for the machine before it stops anything there', async (t) => {
  const { answer, down, actions, requests } = startMachine(t);
  answer('hold', null);
  answer('down', { stopped: 7, killed: 0 });
  assert.deepEqual(await down(), { stopped: 7, killed: 0, purged: false });
  assert.deepEqual(actions(), ['hold', 'down', 'end']);
  assert.match(requests()[0]!, /"holder":\{"id":"desk 1","who":"ada@desk"/);
});

test('a machine that another command changes is left alone', async (t) => {
  const { answer, down, actions } = startMachine(t);
  answer('hold', null, HELD);
  await assert.rejects(down(), { code: 'LOCKED', message: /^us-1: streamctl up is changing the machine/ });
  assert.deepEqual(actions(), ['hold', 'end']);
});

test('an interrupt ends the hands, and begins on no further machine', async (t) => {
  const { interrupted, down, actions } = startMachine(t);
  const done = assert.rejects(down());
  await until(async () => actions().includes('hold'), 'hold to be asked for');
  interrupted.abort();
  await done;
  assert.deepEqual(actions(), ['hold', 'end']);
  await assert.rejects(down(), { code: 'INTERRUPTED' });
  assert.deepEqual(actions(), ['hold', 'end']);
});
