import { inNetworkOf } from './in-network-of.ts';

const ENV = '/usr/bin/env';

/** Becomes a command in the network of a process: the same pid, terminal and environment, so that nothing stands between. */
export function becomeInNetwork(
  pid: number,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): never {
  return process.execve!(ENV, ['env', ...inNetworkOf(pid, command)], { ...env });
}
