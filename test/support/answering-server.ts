import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Stands in for a Redis or a Sentinel: answers each command with what the table has for its first word, `+OK` without. */
export async function startAnswering(answers: Readonly<Record<string, string>>, address = '127.0.0.1') {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      for (const [, command] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        socket.write(answers[command!.toLowerCase()] ?? '+OK\r\n');
      }
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  return { address, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** What a Sentinel answers that takes the store at this place for the one that takes writes. */
export function namingReply(address: string, port: number): string {
  return `*2\r\n$${address.length}\r\n${address}\r\n$${String(port).length}\r\n${port}\r\n`;
}
