import type { Store } from './store.ts';

export interface RingScriptCall {
  /** Token of the controller that acts; null for anybody else. */
  readonly token?: number | null;
  /** KEYS from [10] on. */
  readonly keys?: readonly string[];
  /** ARGV from [4] on. */
  readonly args: readonly (string | number)[];
}

const digests = new Map<string, string>();

/**
 * Runs one of scripts/ with the KEYS and ARGV that all of them begin with. Sends the digest alone, and the text when the
 * store does not know it yet.
 */
export async function runRingScript(store: Store, script: string, call: RingScriptCall): Promise<unknown> {
  const { keys, redis, clock } = store;
  const names = [
    ...[keys.changes, keys.ring, keys.placements, keys.loads, keys.moves, keys.refusals],
    ...[keys.controller, keys.controllerToken, keys.ringHistory],
    ...(call.keys ?? []),
  ];
  const args = [...names, keys.placed(''), Math.round(clock.nowMs()), call.token ?? '', ...call.args];
  try {
    return await redis.evalsha(digestOf(script), names.length, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await redis.eval(script, names.length, ...args);
  }
}

function digestOf(script: string): string {
  const known = digests.get(script);
  if (known !== undefined) return known;
  // Loaded when a script is run first: commands that only read start a fifth faster without it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const digest = createHash('sha1').update(script).digest('hex');
  digests.set(script, digest);
  return digest;
}
