/** Prefixes a command so that it runs in the network of a process. */
export function inNetworkOf(pid: number, argv: readonly string[]): string[] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...argv];
}
