/** What ssh said when it did not get in → an error with its remedy. The texts are those of OpenSSH 8 and later. Pure. */
import { StreamctlError } from '../base/errors.ts';
import { formatLogin, quoteWord } from './ssh-arguments.ts';
import { nameTarget, type SshTarget } from './target.ts';

export interface SshFailure {
  /** What was being done: `connect`, `collect facts`. */
  readonly step: string;
  /** Everything that ssh wrote to standard error. */
  readonly stderr: string;
  /** It was ended because its time was over, after so long. */
  readonly timedOutSec?: number;
  /** Of the key that the machine showed, when that is known. */
  readonly fingerprint?: string | null;
}

/** Exit status with which ssh itself fails; that of a remote command is its own. */
export const SSH_FAILED = 255;

/** Whether the machine's host key was the trouble. */
export function isHostKeyFailure(stderr: string): boolean {
  return /host key is known|Host key verification failed|HOST IDENTIFICATION HAS CHANGED/.test(stderr);
}

/** Finds the host key that the machine showed in what `ssh -v` wrote; null when it showed none. */
export function findFingerprint(verbose: string): string | null {
  return /Server host key: (\S+ SHA256:\S+)/.exec(verbose)?.[1] ?? null;
}

/** Words the first true cause: time, host key, login, or the way there. */
export function wordSshFailure(target: SshTarget, failure: SshFailure): StreamctlError {
  const { step, stderr, timedOutSec, fingerprint } = failure;
  const what = `${target.node}: ${step}`;
  const facts: Record<string, string> = { 'reached as': nameTarget(target) };
  const said = lastLines(stderr);
  if (said !== '') facts['ssh said'] = said;
  const details = { node: target.node, step, facts };
  if (isHostKeyFailure(stderr)) {
    if (fingerprint) facts['key shown'] = fingerprint;
    const changed = stderr.includes('HAS CHANGED');
    return new StreamctlError(
      'HOST_KEY',
      `${what}: ${changed ? 'the machine shows another host key than before' : 'its host key is not known here'}`,
      {
        hint: changed
          ? `If the machine was made anew, run ${formatForget(target, stderr)}, then log in once with ${formatLogin(target)} and compare the key; if not, somebody may be in between.`
          : `Compare the key with what the machine's owner says, then take it with ${formatLogin(target)} and run this again.`,
        details,
      },
    );
  }
  if (/Permission denied|Too many authentication failures/.test(stderr)) {
    return new StreamctlError('ACCESS_DENIED', `${what}: the machine does not let us log in`, {
      hint: `Make ${formatLogin(target)} work without a password (ssh-copy-id, ssh-agent), or set ssh.user.`,
      details,
    });
  }
  if (timedOutSec !== undefined) {
    return new StreamctlError('UNREACHABLE', `${what}: not done within ${timedOutSec} s`, {
      hint: 'Look at the machine and at the way to it, then run this again: it goes on.',
      details,
    });
  }
  return new StreamctlError('UNREACHABLE', `${what}: ${wordCause(stderr)}`, {
    hint: `Check that the machine is on and that ${formatLogin(target)} works, then run this again.`,
    details,
  });
}

/**
 * The command that forgets a host key, with the file and the name that ssh said: those follow from its configuration. A port that is
 * not 22 is part of the name.
 */
function formatForget({ host, settings: { port = 22 } }: SshTarget, stderr: string): string {
  const [, file] = /^Offending \S+ key in (.+):\d+\r?$/m.exec(stderr) ?? [];
  const [, said] = /^Host key for (\S+) has changed/m.exec(stderr) ?? [];
  const name = said ?? (port === 22 ? host : `[${host}]:${port}`);
  return `ssh-keygen${file === undefined ? '' : ` -f ${quoteWord(file)}`} -R ${quoteWord(name)}`;
}

function wordCause(stderr: string): string {
  if (/Could not resolve hostname/.test(stderr)) return 'its name cannot be resolved';
  if (/Connection refused/.test(stderr)) return 'nothing takes ssh connections there';
  if (/timed out|Timeout/i.test(stderr)) return 'no answer in time';
  if (/No route to host|Network is unreachable/.test(stderr)) return 'there is no way to it';
  if (/Connection closed|Connection reset|Broken pipe/.test(stderr))
    return 'the connection was closed before anybody was let in';
  return 'the ssh connection failed';
}

const SHOWN_LINES = 3;

/** Without the art and the debug lines that nobody reads. */
function lastLines(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(debug\d|@|Warning: Permanently)/.test(line));
  return lines.slice(-SHOWN_LINES).join('\n');
}
