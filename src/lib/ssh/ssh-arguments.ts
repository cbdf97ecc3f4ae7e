/** Arguments of the system's ssh. Pure. */
import { controlSocket, type SshTarget } from './target.ts';

/** A connection that nothing uses ends after this long. */
const PERSIST_SEC = 60;
const ALIVE_INTERVAL_SEC = 5;
const ALIVE_COUNT = 3;

/** What every call shares. An unknown host key is refused whatever the user's configuration says; nothing asks. */
function commonArguments(target: SshTarget): string[] {
  const { user, port, configFile, connectTimeoutSec } = target.settings;
  const options = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    ControlPath: controlSocket(target),
    ConnectTimeout: connectTimeoutSec,
    ConnectionAttempts: 1,
    ServerAliveInterval: ALIVE_INTERVAL_SEC,
    ServerAliveCountMax: ALIVE_COUNT,
    StreamLocalBindUnlink: 'yes',
    ExitOnForwardFailure: 'yes',
  };
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
}

/** Makes the shared connection, unless there is one, and leaves it behind. */
export function connectArguments(target: SshTarget): string[] {
  const share = ['-o', 'ControlMaster=auto', '-o', `ControlPersist=${PERSIST_SEC}`];
  return [...share, ...commonArguments(target), '-T', target.host, '--', 'true'];
}

/** Runs a command of the login's shell, over the shared connection if there is one. */
export function runArguments(target: SshTarget, command: string): string[] {
  return ['-o', 'ControlMaster=no', ...commonArguments(target), '-T', target.host, '--', command];
}

/** Asks the shared connection: `check`, `exit`, or `forward` with its `-L`. */
export function controlArguments(target: SshTarget, ask: string, more: readonly string[] = []): string[] {
  return ['-O', ask, ...more, ...commonArguments(target), target.host];
}

/** Says as much as ssh can about why it does not get in; over no shared connection. */
export function explainArguments(target: SshTarget): string[] {
  return [...commonArguments(target), '-o', 'ControlPath=none', '-v', '-T', target.host, '--', 'true'];
}

/** Formats how a person gets in by the same way: `ssh -F lab.conf -p 2222 deploy@eu-1`. */
export function formatLogin({ host, settings: { user, port, configFile } }: SshTarget): string {
  return [
    'ssh',
    ...(configFile === undefined ? [] : ['-F', quoteWord(configFile)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    user === undefined ? host : `${user}@${host}`,
  ].join(' ');
}

/** One word for a shell. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
