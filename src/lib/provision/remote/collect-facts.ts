/** Asking one machine for its facts and its clock, in one ssh call. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { AS_ROOT, loadSudoPassword } from '../../ssh/become-root.ts';
import { connect } from '../../ssh/connection.ts';
import { quoteWord, runArguments } from '../../ssh/ssh-arguments.ts';
import type { SshTarget } from '../../ssh/target.ts';
import { SSH_FAILED, wordSshFailure } from '../../ssh/word-ssh-failure.ts';
import { CLOCK_READY, formatFactsScript, type Machine, parseFacts } from './facts-script.ts';
import { MACHINE_PACKAGES } from './machine-packages.ts';

const TIMEOUT_MS = 20_000;
const CLOCK_SAMPLES = 5;

/** Collects them. Throws UNREACHABLE, HOST_KEY or ACCESS_DENIED. */
export async function collectFacts(
  target: SshTarget,
  clusterDir: string,
  signal: AbortSignal,
): Promise<Machine> {
  await connect(target, signal);
  const password = await loadSudoPassword(target.settings);
  const script = formatFactsScript(
    clusterDir,
    MACHINE_PACKAGES.map(({ name }) => name),
  );
  const child = execa('ssh', runArguments(target, `sh -c ${quoteWord(script)}`), {
    reject: false,
    buffer: { stdout: false, stderr: true },
    timeout: TIMEOUT_MS,
    cancelSignal: signal,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${password}\n`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said: string[] = [];
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true || value === CLOCK_READY) break;
    said.push(value);
  }
  const clock = await measureClock(async () => {
    if (!child.stdin.write('\n')) await once(child.stdin, 'drain');
    const { value } = await lines.next();
    return Number(BigInt(value ?? '0') / 1000n) / 1000;
  }).catch(() => null);
  child.stdin.end();
  const { exitCode, stderr, timedOut } = await child;
  if (clock === null || exitCode === undefined || exitCode === SSH_FAILED) {
    const late = timedOut ? { timedOutSec: TIMEOUT_MS / 1000 } : {};
    throw wordSshFailure(target, { step: 'collect facts', stderr, ...late });
  }
  const facts = parseFacts(said.join('\n'));
  const { already, silent, withPassword } = AS_ROOT;
  return { ...facts, ...clock, asRoot: facts.root ? already : facts.sudoPassword ? withPassword : silent };
}

/** Asks several times and believes the quickest answer. `ask` gives their Unix time in milliseconds. */
async function measureClock(
  ask: () => Promise<number>,
): Promise<Pick<Machine, 'clockOffsetMs' | 'clockErrorMs'>> {
  let best = { clockOffsetMs: 0, clockErrorMs: Number.POSITIVE_INFINITY };
  for (let sample = 0; sample < CLOCK_SAMPLES; sample++) {
    const asked = performance.timeOrigin + performance.now();
    const theirs = await ask();
    const answered = performance.timeOrigin + performance.now();
    const error = (answered - asked) / 2;
    if (error < best.clockErrorMs)
      best = { clockOffsetMs: theirs - (asked + answered) / 2, clockErrorMs: error };
  }
  return best;
}
