import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { connectArguments, quoteWord, runArguments } from '../../../src/lib/ssh/ssh-arguments.ts';
import { controlSocket, forwardSocket } from '../../../src/lib/ssh/target.ts';

const settings = { parallel: 4, connectTimeoutSec: 5 };
const target = { node: 'eu-1', host: 'eu-1.example.net', settings, sockets: '/tmp/streamctl-ssh-1000' };
const optionsOf = (args: readonly string[]) => args.filter((_, at) => args[at - 1] === '-o');

test('no call asks anything or takes an unknown host key, whatever the configuration says', () => {
  for (const args of [connectArguments(target), runArguments(target, 'true')]) {
    const options = optionsOf(args);
    for (const wanted of ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=5'])
      assert.ok(options.includes(wanted), wanted);
  }
});

test("what the spec does not say is left to ssh's own configuration", () => {
  const args = runArguments(target, 'true');
  for (const flag of ['-l', '-p', '-F']) assert.ok(!args.includes(flag), flag);
  const said = runArguments(
    { ...target, settings: { ...settings, user: 'admin', port: 2222, configFile: '/x/config' } },
    'true',
  );
  assert.deepEqual(said.slice(said.indexOf('-F'), said.indexOf('-F') + 2), ['-F', '/x/config']);
  assert.deepEqual(said.slice(said.indexOf('-l'), said.indexOf('-l') + 4), ['-l', 'admin', '-p', '2222']);
});

test('sockets leave ssh the room that it needs, and differ for each way to a machine', () => {
  const path = forwardSocket(target, '10.34.1.1', 8082);
  assert.ok(path.length + 17 < 108, path);
  const others = [
    controlSocket(target),
    controlSocket({ ...target, host: 'eu-2.example.net' }),
    controlSocket({ ...target, settings: { ...settings, user: 'root' } }),
    path,
    forwardSocket(target, '10.34.1.1', 8081),
  ];
  assert.equal(new Set(others).size, others.length);
});

test('quoteWord() makes one word of anything', () => {
  const words = ['plain', 'two words', "it's", '$HOME', '`id`', '"', '\\', '*', ''];
  const out = execFileSync('sh', ['-c', `printf '%s\\n' ${words.map(quoteWord).join(' ')}`], {
    encoding: 'utf8',
  });
  assert.deepEqual(out.split('\n').slice(0, -1), words);
});
