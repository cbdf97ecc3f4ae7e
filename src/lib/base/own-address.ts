/**
 * Tells whether a request comes from the node itself. On one machine every node is a loopback address and requests
 * between them carry 127.0.0.1, so there it means: from this machine.
 */
export function isOwnAddress(remoteAddress: string | undefined, nodeAddress: string): boolean {
  const remote = remoteAddress?.replace(/^::ffff:/, '') ?? '';
  return remote === nodeAddress || remote.startsWith('127.') || remote === '::1';
}
