import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { AS_ROOT } from '../../../src/lib/ssh/become-root.ts';
import { run, tryRun } from '../../../src/lib/ssh/run.ts';
import { upload } from '../../../src/lib/ssh/upload.ts';
import { type FakeSsh, startFakeSsh } from '../../support/fake-ssh.ts';

const BYTES = Buffer.from('0123456789'.repeat(1000));
const digest = createHash('sha256').update(BYTES).digest('hex');
let ssh: FakeSsh;
let file: string;

before(() => {
  ssh = startFakeSsh();
  file = join(ssh.dir, 'what');
  writeFileSync(file, BYTES);
});
after(() => ssh.close());

const send = (name: string) =>
  upload(ssh.target, { file, digest, to: join(ssh.dir, name), asRoot: '', timeoutMs: 10_000 });
const partOf = (name: string) => join(ssh.dir, `${name}.${digest.slice(0, 12)}.part`);
const failureOf = async (work: Promise<unknown>): Promise<StreamctlError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof StreamctlError, String(error));
  return error;
};

test('upload() brings the file whole, and leaves no part of it', async () => {
  await send('first');
  assert.deepEqual(readFileSync(join(ssh.dir, 'first')), BYTES);
  assert.ok(!readdirSync(ssh.dir).some((name) => name.endsWith('.part')));
});

/** sudo as a login has it that must give a password: it takes its line and leaves the rest to the command. */
const SUDO = `#!/bin/sh
[ "$1 $2 $3" = '-k -S -p' ] || exit 1
shift 4
IFS= read -r given
[ "$given" = 'open sesame' ] && exec "$@"
exit 1
`;

test('upload() and run() give sudo its password, and what is sent has none of it', async () => {
  const [sudo, password] = [join(ssh.dir, 'bin/sudo'), join(ssh.dir, 'password')];
  writeFileSync(sudo, SUDO);
  chmodSync(sudo, 0o755);
  writeFileSync(password, 'open sesame\n', { mode: 0o600 });
  const target = { ...ssh.target, settings: { ...ssh.target.settings, sudoPasswordFile: password } };
  const asRoot = AS_ROOT.withPassword;
  const to = join(ssh.dir, 'by-sudo');
  await upload(target, { file, digest, to, asRoot, timeoutMs: 10_000 });
  assert.deepEqual(readFileSync(to), BYTES);
  const call = { step: 'count', command: `${asRoot}wc -c`, input: 'four', timeoutMs: 5_000 };
  assert.equal((await run(target, call)).trim(), '4');
  assert.ok(!ssh.calls().join().includes('sesame'));
});

test('upload() goes on with what came before it was cut off', async () => {
  writeFileSync(partOf('second'), BYTES.subarray(0, 4000));
  await send('second');
  assert.deepEqual(readFileSync(join(ssh.dir, 'second')), BYTES);
  assert.ok(ssh.calls().some((call) => call.includes('cat >>') && call.includes('second')));
});

test('upload() of a part that is wrong fails, and the next one begins anew', async () => {
  writeFileSync(partOf('third'), 'not this');
  const error = await failureOf(send('third'));
  assert.equal(error.code, 'MACHINE_FAILED');
  assert.match(error.message, /^eu-1: check what was uploaded: /);
  await send('third');
  assert.deepEqual(readFileSync(join(ssh.dir, 'third')), BYTES);
});

test('run() gives input and output, and tryRun() any status', async () => {
  const call = { step: 'count', command: 'wc -c', input: 'four', timeoutMs: 5_000 };
  assert.equal((await run(ssh.target, call)).trim(), '4');
  const { status, stderr } = await tryRun(ssh.target, { ...call, command: 'echo no >&2; exit 3' });
  assert.deepEqual([status, stderr], [3, 'no\n']);
});

test('run() of a command that fails names node and step, and shows its last lines', async () => {
  const call = { step: 'install', command: 'echo broken >&2; exit 7', timeoutMs: 5_000 };
  const error = await failureOf(run(ssh.target, call));
  assert.equal(error.code, 'MACHINE_FAILED');
  assert.equal(error.message, 'eu-1: install: ended with 7');
  assert.equal((error.details as { facts: Record<string, string> }).facts['last lines'], 'broken');
});

test('run() ends a command whose time is over, and an abort ends it at once', async () => {
  const call = { step: 'wait', command: 'exec sleep 60', timeoutMs: 200 };
  const late = await failureOf(run(ssh.target, call));
  assert.equal(late.code, 'UNREACHABLE');
  assert.match(late.message, /^eu-1: wait: not done within 0\.2 s$/);
  const aborted = run(ssh.target, { ...call, timeoutMs: 60_000, signal: AbortSignal.timeout(100) });
  assert.equal((await failureOf(aborted)).code, 'INTERRUPTED');
});

test('a way that is gone in the middle is no failure of the command', async () => {
  ssh.fail('Connection reset by peer\n');
  const error = await failureOf(run(ssh.target, { step: 'look', command: 'true', timeoutMs: 5_000 }));
  ssh.fail(null);
  assert.equal(error.code, 'UNREACHABLE');
  assert.match(error.message, /^eu-1: look: the connection was closed/);
});
