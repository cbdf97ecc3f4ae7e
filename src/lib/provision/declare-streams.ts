/** Streams of the spec: they exist in the store after `up`; those that exist are left alone. */
import { userInfo } from 'node:os';
import type { Store } from '../store/store.ts';
import { listStreams } from '../streams/list-streams.ts';
import { addStream } from '../streams/streams.ts';
import type { UpContext } from './context.ts';
import { openStore } from './ring/open-store.ts';

/** Adds the streams that are missing; their keys are in `madeStreams`, and nowhere else. */
export async function declareStreams(context: UpContext): Promise<void> {
  const { spec, changes } = context;
  const names = Object.keys(spec.streams);
  if (names.length === 0) return;
  const running = await openUnlessPlanned(context);
  if (running === null) {
    for (const name of names) await changes.step(null, `add stream ${name} unless it exists`, async () => {});
    return;
  }
  try {
    const present = new Set((await listStreams(running)).map(({ name }) => name));
    for (const name of names.filter((one) => !present.has(one))) {
      await changes.step(null, `add stream ${name}`, async () => {
        const { key } = await addStream(running, { name, by: `${userInfo().username} (streamctl up)` });
        context.madeStreams.push({ name, key });
      });
    }
  } finally {
    running.close();
  }
}

/** Under `plan` the store may not run; under `up` it must. */
async function openUnlessPlanned(context: UpContext): Promise<Store | null> {
  const opening = openStore(context);
  return context.changes.applies ? await opening : await opening.catch(() => null);
}
