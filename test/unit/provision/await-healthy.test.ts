import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import type { ServiceManager } from '../../../src/lib/nodes/service-manager.ts';
import { readLastExit } from '../../../src/lib/nodes/unit-notes.ts';
import { awaitHealthy } from '../../../src/lib/provision/await-healthy.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'streamctl-healthy-'));
  await mkdir(join(dir, 'nginx-edge'));
});
after(async () => await rm(dir, { recursive: true }));

const services = {
  list: async () => [],
  lastExit: (name: string) => readLastExit(join(dir, name)),
  lastLines: async () => ['bind() to 127.0.0.1 failed (98: Address already in use)'],
} as unknown as ServiceManager;

async function wait(port: number, timeoutMs: number): Promise<void> {
  const unit = { name: 'nginx-edge', argv: ['/bin/true'], env: {}, stopTimeoutSec: 1 } as const;
  await awaitHealthy({
    planned: { unit, probe: { kind: 'tcp', port }, ports: ['http'] },
    node: 'eu-1',
    address: '127.0.0.1',
    services,
    startedMs: 1_000_000,
    timeoutMs,
    signal: new AbortController().signal,
  });
}

async function listen(): Promise<{ port: number; close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, close: () => void server.close() };
}

test('a unit that answers is healthy at once', async () => {
  const { port, close } = await listen();
  await wait(port, 1_000);
  close();
});

test('a unit that exited is given up at once, with its last lines and who holds its port', async () => {
  const { port, close } = await listen();
  await writeFile(join(dir, 'nginx-edge/last-exit'), '1 0 1000200\n');
  await assert.rejects(wait(port, 60_000), (error) => {
    assert.ok(error instanceof StreamctlError);
    assert.equal(error.code, 'UNHEALTHY');
    assert.equal(error.message, 'start nginx-edge on eu-1: exited with 1 after 0.2 s');
    const { facts } = error.details as { facts: Record<string, string> };
    assert.match(facts['last lines']!, /Address already in use/);
    assert.match(facts['held by']!, new RegExp(`pid ${process.pid}, user .*127\\.0\\.0\\.1:${port}`));
    return true;
  });
  close();
});

test('an exit before this start is no reason to give up', async () => {
  const { port, close } = await listen();
  await writeFile(join(dir, 'nginx-edge/last-exit'), '1 0 999999\n');
  await wait(port, 1_000);
  close();
});

test('a unit that never answers is given up after the time, with the last probe', async () => {
  const { port, close } = await listen();
  close();
  await assert.rejects(wait(port, 100), (error) => {
    const { facts } = (error as StreamctlError).details as { facts: Record<string, string> };
    return facts['last probe'] === `127.0.0.1:${port}: nothing listens`;
  });
});
