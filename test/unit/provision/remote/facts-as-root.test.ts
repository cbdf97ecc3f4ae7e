import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { formatFactsScript, parseFacts } from '../../../../src/lib/provision/remote/facts-script.ts';

const SED = execFileSync('sh', ['-c', 'command -v sed'], { encoding: 'utf8' }).trim();

/** A machine whose login sees no process but its own: only what sudo runs is told of ours. */
const PROGRAMS = {
  id: 'echo 1000',
  sudo: `shift; echo "$*" >>"$(dirname "$0")/as-root"; ROOT=yes exec "$@"`,
  ss: `[ -n "$ROOT" ] && echo 'tcp LISTEN 0 511 10.34.1.1:8082 *:* users:(("node",pid=812,fd=6))'`,
  sed: `case "$ROOT $*" in yes*/limits) echo 524288 ;; *' /proc/1/limits') ;; *) exec ${SED} "$@" ;; esac`,
  grep: `case "$ROOT $*" in yes*/cgroup) echo /proc/812/cgroup:streamctl-charity-agent.service ;; esac`,
};

function makePrograms(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'streamctl-facts-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(dir, name), 0o755);
  }
  return dir;
}

test('root tells of which unit a listener is and what systemd allows, as a login may see no processes of others', (t) => {
  const dir = makePrograms(t);
  const said = execFileSync('sh', ['-c', formatFactsScript('/var/lib/streamctl/charity', ['nginx'])], {
    input: '\n',
    encoding: 'utf8',
    env: { PATH: `${dir}:${process.env.PATH}` },
  });
  const { listeners, openFiles } = parseFacts(said);
  assert.deepEqual([listeners[0]?.unit, openFiles], ['streamctl-charity-agent', 524288]);
  const asRoot = readFileSync(join(dir, 'as-root'), 'utf8');
  assert.match(asRoot, /\/proc\/\[0-9\]\*\/cgroup/, 'the login looked for the processes itself');
});
