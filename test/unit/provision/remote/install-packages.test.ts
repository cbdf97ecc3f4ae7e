import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const SCRIPT = readFileSync(join(import.meta.dirname, '../../../../bin/install-packages.sh'), 'utf8');
const ADMIN = '#!/bin/sh\nexit 0\n';

/** A machine on which the script runs; `apt` is what apt-get does, in shell, with the policy as `$policy`. */
function startMachine(t: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'streamctl-packages-'));
  t.after(() => rm(dir, { recursive: true }));
  for (const folder of ['usr/sbin', 'run/lock', 'bin']) mkdirSync(join(dir, folder), { recursive: true });
  const policy = join(dir, 'usr/sbin/policy-rc.d');
  const script = join(dir, 'install.sh');
  writeFileSync(script, SCRIPT.replaceAll(/(?=\/(usr|run)\/)/g, dir));
  const install = (apt: string): string => {
    for (const [name, text] of [
      ['apt-get', `policy=${policy}\n${apt}`],
      ['systemctl', ''],
    ] as const) {
      writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(dir, 'bin', name), 0o755);
    }
    const env = { PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
    return execFileSync('sh', [script, 'nginx'], { encoding: 'utf8', env });
  };
  const killed = (): void => assert.throws(() => install('kill -9 $PPID'), { signal: 'SIGKILL' });
  return { policy, install, killed, files: () => readdirSync(join(dir, 'usr/sbin')).sort() };
}

test('while packages are installed no service starts, and nothing of that is left', (t) => {
  const { policy, install, files } = startMachine(t);
  assert.equal(install(`"$policy"; echo $?; ls ${policy}*`), `101\n${policy}\n`.repeat(2));
  assert.ok(!existsSync(policy));
  assert.deepEqual(files(), []);
});

test("an administrator's own policy is back afterwards", (t) => {
  const { policy, install, files } = startMachine(t);
  writeFileSync(policy, ADMIN);
  assert.throws(() => install('exit 100'), { status: 100 });
  assert.equal(readFileSync(policy, 'utf8'), ADMIN);
  assert.deepEqual(files(), ['policy-rc.d']);
});

test('also when runs before were killed, and ours was left in its place', (t) => {
  const { policy, install, killed, files } = startMachine(t);
  writeFileSync(policy, ADMIN);
  killed();
  assert.match(readFileSync(policy, 'utf8'), /streamctl/);
  killed();
  install('');
  assert.equal(readFileSync(policy, 'utf8'), ADMIN);
  assert.deepEqual(files(), ['policy-rc.d']);
});

test('ours that a killed run left goes where there was none before', (t) => {
  const { install, killed, files } = startMachine(t);
  killed();
  install('');
  assert.deepEqual(files(), []);
});

test('what was saved is not written over where the administrator made another one since', (t) => {
  const { policy, install, killed, files } = startMachine(t);
  writeFileSync(policy, ADMIN);
  killed();
  writeFileSync(policy, '#!/bin/sh\nexit 104\n');
  install('');
  assert.equal(readFileSync(policy, 'utf8'), '#!/bin/sh\nexit 104\n');
  assert.equal(readFileSync(`${policy}.streamctl-saved`, 'utf8'), ADMIN);
  assert.equal(files().length, 2);
});
