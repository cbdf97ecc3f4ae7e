/** One question to a unit: does it answer? */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Probe } from './plan-units.ts';

const TIMEOUT_MS = 1_000;

/** Asks once; null when it answers as a healthy unit does, else what went wrong, in words. */
export async function probeUnit(probe: Probe, address: string): Promise<string | null> {
  return probe.kind === 'tcp' ? await probeTcp(address, probe.port) : await probeHttp(probe, address);
}

async function probeTcp(host: string, port: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (answer: string | null): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`${host}:${port} did not answer within ${TIMEOUT_MS} ms`));
    socket.once('error', (error) => end(`${host}:${port}: ${wordSocketError(error)}`));
  });
}

async function probeHttp(probe: Extract<Probe, { kind: 'http' }>, host: string): Promise<string | null> {
  const { port, path, ok } = probe;
  const url = `http://${host}:${port}${path}`;
  return await new Promise((resolve) => {
    const call = request({ host, port, path, agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(!ok || (status >= 200 && status < 300) ? null : `${url} answered ${status}`);
    });
    call.once('timeout', () => call.destroy(new Error(`did not answer within ${TIMEOUT_MS} ms`)));
    call.once('error', (error) => resolve(`${url}: ${wordSocketError(error)}`));
    call.end();
  });
}

function wordSocketError(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'nothing listens';
  return error.code ?? error.message;
}
