import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AS_ROOT, firstInput, loadSudoPassword, ROOT_FUNCTION } from '../../../src/lib/ssh/become-root.ts';
import type { SshTarget } from '../../../src/lib/ssh/target.ts';

const dir = mkdtempSync(join(tmpdir(), 'streamctl-sudo-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'password');
writeFileSync(file, 'open sesame\n', { mode: 0o600 });
const settings = { parallel: 1, connectTimeoutSec: 1 };

/** A machine on which nobody is root, and sudo wants this password; null: none. */
function machine(password: string | null): string {
  const bin = join(dir, password ?? 'free');
  mkdirSync(bin, { recursive: true });
  const sudo = `#!/bin/sh
while :; do case $1 in -k) shift ;; -n) never=yes; shift ;; -S) shift ;; -p) shift 2 ;; *) break ;; esac; done
[ '${password ?? ''}' = '' ] && exec "$@"
[ "$never" = yes ] && { echo 'sudo: a password is required' >&2; exit 1; }
IFS= read -r given
[ "$given" = '${password ?? ''}' ] && exec "$@"
echo 'sudo: 1 incorrect password attempt' >&2; exit 1
`;
  for (const [name, text] of [
    ['sudo', sudo],
    ['id', '#!/bin/sh\necho 1000\n'],
  ] as const) {
    writeFileSync(join(bin, name), text);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

/** Runs a command as root there, by a login that gives this password. */
function asRoot(password: string | null, given: string): string {
  return execFileSync('sh', ['-c', `${ROOT_FUNCTION}\nroot echo $by 2>&1 || true`], {
    input: `${given}\n`,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${machine(password)}:${process.env.PATH}` },
  }).trim();
}

test('root() needs no password where sudo asks for none, even when one is given', () => {
  assert.equal(asRoot(null, ''), 'silent');
  assert.equal(asRoot(null, 'open sesame'), 'silent');
});

test('root() gives the password where sudo asks for one, and says what sudo says of a wrong one or none', () => {
  assert.equal(asRoot('open sesame', 'open sesame'), 'password');
  assert.match(asRoot('open sesame', 'guess'), /incorrect password/);
  assert.match(asRoot('open sesame', ''), /a password is required/);
});

test('only a command whose sudo reads a password is given one', async () => {
  const target = { settings: { ...settings, sudoPasswordFile: file } } as SshTarget;
  assert.equal(await firstInput(target, `${AS_ROOT.withPassword}sh -c true`), 'open sesame\n');
  assert.equal(await firstInput(target, `${AS_ROOT.silent}sh -c true`), '');
  assert.equal(await firstInput(target, 'true'), '');
});

test('a file that is missing, or that others may read, is refused by name', async () => {
  const open = join(dir, 'open');
  writeFileSync(open, 'x\n');
  chmodSync(open, 0o644);
  for (const [path, says] of [
    [open, /others may read .*open$/],
    [join(dir, 'none'), /cannot read .*none$/],
  ] as const) {
    await assert.rejects(loadSudoPassword({ ...settings, sudoPasswordFile: path }), says);
  }
});
