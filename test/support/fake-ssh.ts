/** An `ssh` that is found first and runs commands on this machine: what is said over it is real, the way there is not. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshTarget } from '../../src/lib/ssh/target.ts';

/** `-O` finds a shared connection. A file `fails` beside it is said on standard error, and is the end. */
const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
for last; do :; done
for word; do [ "$word" = -O ] && exit 0; done
echo "$last" >>"$here/calls"
if [ -e "$here/fails" ]; then cat "$here/fails" >&2; exit 255; fi
exec sh -c "$last"
`;

export interface FakeSsh {
  readonly target: SshTarget;
  /** A folder for what is sent. */
  readonly dir: string;
  /** Commands that were run, oldest first. */
  calls(): string[];
  /** Lets every call fail as ssh does, with these words; null: no more. */
  fail(words: string | null): void;
  close(): void;
}

/** Puts it in front of the PATH of this process until it is closed. */
export function startFakeSsh(): FakeSsh {
  const dir = mkdtempSync(join(tmpdir(), 'streamctl-fake-ssh-'));
  const [bin, sockets] = [join(dir, 'bin'), join(dir, 'sockets')];
  for (const folder of [bin, sockets]) mkdirSync(folder);
  writeFileSync(join(bin, 'ssh'), SCRIPT);
  chmodSync(join(bin, 'ssh'), 0o755);
  const { PATH } = process.env;
  process.env.PATH = `${bin}:${PATH}`;
  const log = join(bin, 'calls');
  return {
    dir,
    target: { node: 'eu-1', host: 'eu-1', settings: { parallel: 1, connectTimeoutSec: 1 }, sockets },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    fail: (words) => {
      rmSync(join(bin, 'fails'), { force: true });
      if (words !== null) writeFileSync(join(bin, 'fails'), words);
    },
    close: () => {
      process.env.PATH = PATH;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/**
 * As `startFakeSsh`, of machines that run nothing: `facts` prints what one is, and `answer` what its hands say to the request in
 * `$line`. Requests are lines of `bin/requests`, then `end`.
 */
export function startFakeMachines({ facts, answer }: { facts: string; answer: string }): FakeSsh {
  const ssh = startFakeSsh();
  writeFileSync(
    join(ssh.dir, 'bin/ssh'),
    `#!/bin/sh
here=$(dirname "$0")
for last; do :; done
for word; do [ "$word" = -O ] && exit 0; done
case $last in
  *' daemon hands')
    while IFS= read -r line; do
      [ -z "$line" ] && continue
      echo "$line" >>"$here/requests"
      ${answer}
    done
    echo end >>"$here/requests" ;;
  *)
    read -r _
    ${facts}
    while read -r _; do date +%s%N; done ;;
esac
`,
  );
  return ssh;
}
