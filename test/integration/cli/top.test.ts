import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { commandLine, type FakeCluster, startFakeCluster } from '../../support/fake-cluster.ts';

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';
let cluster: FakeCluster;
before(async () => {
  cluster = await startFakeCluster(4);
});
after(async () => await cluster.close());

interface Terminal {
  readonly output: string;
  readonly type: (keys: string) => void;
}

/** Runs a program on a terminal of 80x24 and afterwards prints its status and how the terminal is set. */
function onTerminal(program: string, react: (terminal: Terminal) => void): Promise<string> {
  const line = `stty cols 80 rows 24; sh -c 'echo $$ > ${cluster.home}/pid; exec ${program}'; echo "status $?"; stty -a`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, STREAMCTL_HOME: cluster.home, TERM: 'xterm-256color', SHELL: '/bin/sh' },
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    react({ output, type: (keys) => child.stdin.write(keys) });
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

const top = (() => {
  const [program, args] = commandLine('top');
  return [program, ...args].join(' ');
})();

function assertRestored(output: string, status: number): void {
  assert.ok(output.includes(ENTER), 'took the screen');
  const rest = output.slice(output.lastIndexOf(LEAVE));
  assert.ok(rest.startsWith(LEAVE), 'gave the screen back');
  assert.ok(output.lastIndexOf('\x1b[?25h') > output.lastIndexOf('\x1b[?25l'), 'the cursor is back');
  assert.match(rest, new RegExp(`status ${status}`));
  assert.match(rest, /[^-]icanon/);
  assert.match(rest, /[^-]echo /);
}

for (const [name, keys] of [
  ['q', 'q'],
  ['Ctrl-C', '\x03'],
] as const) {
  test(`top shows the cluster and leaves the terminal as it was on ${name}`, async () => {
    let sent = false;
    const output = await onTerminal(top, (terminal) => {
      if (!sent && terminal.output.includes('us-1 up, eu-1 up')) {
        sent = true;
        terminal.type(keys);
      }
    });
    assertRestored(output, 0);
  });
}

test('top leaves the terminal as it was on SIGTERM', async () => {
  let sent = false;
  const output = await onTerminal(top, (terminal) => {
    if (sent || !terminal.output.includes('us-1 up, eu-1 up')) return;
    sent = true;
    void readFile(join(cluster.home, 'pid'), 'utf8').then((pid) => process.kill(Number(pid), 'SIGTERM'));
  });
  assertRestored(output, 0);
});

test('keys sort and open the help at once', async () => {
  const steps: [RegExp, string][] = [
    [/us-1 up, eu-1 up/, 's'],
    [/sort: name/, '?'],
    [/this help, and back/, 'q'],
  ];
  const output = await onTerminal(top, (terminal) => {
    const step = steps[0];
    if (step?.[0].test(terminal.output)) terminal.type(steps.shift()![1]);
  });
  assert.equal(steps.length, 0);
  assertRestored(output, 0);
});

test('a crash leaves the terminal as it was and shows the error on it', async () => {
  const node = join(import.meta.dirname, '../../../node_modules/.bin/node');
  const crashing = join(import.meta.dirname, '../../support/crashing-screen.ts');
  const output = await onTerminal(`${node} ${crashing}`, () => {});
  assertRestored(output, 1);
  assert.match(output, /a bug/);
});
