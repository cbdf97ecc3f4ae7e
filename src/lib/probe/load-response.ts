import { StreamctlError } from '../base/errors.ts';
import type { Response } from './observation.ts';

const TIMEOUT_MS = 25_000;
const MAX_BYTES = 64 * 1024 * 1024;

/** Loads a URL without following redirects. Throws NOT_RUNNING when nobody answers, INTERRUPTED when aborted. */
export async function loadResponse(url: string, signal?: AbortSignal): Promise<Response> {
  const started = performance.now();
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { 'accept-encoding': 'gzip' },
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    const body = await readBody(answer);
    const headers = Object.fromEntries(answer.headers);
    return { url, status: answer.status, headers, body, elapsedMs: performance.now() - started };
  } catch (cause) {
    if (signal?.aborted)
      throw new StreamctlError('INTERRUPTED', `probe of ${url} was interrupted`, { cause });
    const reason = timeout.aborted ? `no answer within ${TIMEOUT_MS / 1000} s` : reasonOf(cause);
    throw new StreamctlError('NOT_RUNNING', `get ${url}: ${reason}`, { cause });
  }
}

async function readBody(answer: globalThis.Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of answer.body ?? []) {
    received += chunk.length;
    if (received > MAX_BYTES) throw new Error(`the answer is over ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
