/** Streams of the spec: they exist in the store after `up`; those that exist are left alone. */
import { userInfo } from 'node:os';
import { loadStreams } from '../store/load-streams.ts';
import type { Store } from '../store/store.ts';
import { loadUnshown } from '../streams/load-unshown.ts';
import { addStream, type IssuedKey } from '../streams/streams.ts';
import type { UpContext } from './context.ts';
import { mayLackStore } from './left-out.ts';
import { openStore } from './ring/open-store.ts';

/**
 * Adds the streams that are missing; their keys are in `madeStreams`, and nowhere else: until they were shown the store has a
 * mark for that. False: the store is away, and left out.
 */
export async function declareStreams(context: UpContext): Promise<boolean> {
  const { spec, changes } = context;
  const names = Object.keys(spec.streams);
  if (names.length === 0) return true;
  const running = await openUnlessPlanned(context);
  if (running === null && mayLackStore(context)) return false;
  if (running === null) {
    for (const name of names) await changes.step(null, `add stream ${name} unless it exists`, async () => {});
    return true;
  }
  try {
    const present = new Set((await loadStreams(running)).map(({ name }) => name));
    context.unshownStreams.push(...(await loadUnshown(running)));
    for (const name of names.filter((one) => !present.has(one))) {
      await changes.step(null, `add stream ${name}`, async () => {
        const by = `${userInfo().username} (streamctl up)`;
        const made = ({ key }: IssuedKey): unknown => context.madeStreams.push({ name, key });
        await addStream(running, { name, by, unshown: true, made });
      });
    }
    return true;
  } finally {
    running.close();
  }
}

/** Under `plan`, or without a node of the store, it may not run; under `up` it must. */
async function openUnlessPlanned(context: UpContext): Promise<Store | null> {
  const opening = openStore(context);
  return context.changes.applies && !mayLackStore(context) ? await opening : await opening.catch(() => null);
}
