import { confirmWritten } from './confirm-written.ts';
import type { Store } from './store.ts';

export interface ScriptCall {
  /** Who asks for the change, for the audit trail. */
  readonly by: string;
  readonly stream: string;
  /** KEYS from [3] on. */
  readonly keys: readonly string[];
  /** ARGV from [4] on. */
  readonly args: readonly (string | number)[];
  /** Told the reply as soon as it is there, also when no other store confirms the change then. */
  readonly written?: ((reply: unknown) => void) | undefined;
}

/** Runs one script of scripts.ts with the KEYS and ARGV that all of them begin with. */
export async function runScript(store: Store, script: string, call: ScriptCall): Promise<unknown> {
  const keys = [store.keys.events, store.keys.changes, ...call.keys];
  const nowMs = Math.round(store.clock.nowMs());
  const reply = await store.redis.eval(
    script,
    keys.length,
    ...keys,
    call.by,
    nowMs,
    call.stream,
    ...call.args,
  );
  call.written?.(reply);
  await confirmWritten(store, `change ${call.stream === '' ? 'the keys' : call.stream}`);
  return reply;
}
