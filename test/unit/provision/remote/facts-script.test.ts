import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatFactsScript, parseFacts } from '../../../../src/lib/provision/remote/facts-script.ts';

const bin = mkdtempSync(join(tmpdir(), 'streamctl-facts-'));
after(() => rmSync(bin, { recursive: true }));
const asked = join(bin, 'asked');
for (const [name, text] of [
  ['id', '[ "$1" = -u ] && echo 1000 || echo deploy'],
  // Logins that fail are counted where a password is read.
  [
    'sudo',
    `case "$*" in *-n*) echo 'a password is required' >&2; exit 1 ;; esac
read -r given; echo "$*" >>${asked}
[ "$given" = right ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }`,
  ],
] as const) {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** What a machine says whose sudo wants the password `right`, and how often sudo was given one. */
function collect(password: string) {
  rmSync(asked, { force: true });
  const said = execFileSync('sh', ['-c', formatFactsScript('/nowhere', ['sh'])], {
    input: `${password}\n`,
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}` },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const logins = existsSync(asked) ? readFileSync(asked, 'utf8').trim().split('\n').length : 0;
  return { facts: parseFacts(said), logins };
}

test('a password that sudo refuses is given once: more would lock the login', () => {
  const { facts, logins } = collect('wrong');
  assert.equal(facts.sudo, 'sudo: 1 incorrect password attempt');
  assert.equal(facts.sudoPassword, true);
  assert.equal(logins, 1);
});

test('one that it takes is given for everything that takes root', () => {
  const { facts, logins } = collect('right');
  assert.equal(facts.sudo, '');
  assert.ok(logins > 1);
});
