/** The changes that need no provisioning, from what the operator wants. */
import { StreamctlError } from '../../base/errors.ts';
import { findNearest } from '../../base/nearest.ts';
import { pin, setState, setWeight, unpin } from '../../membership/edits.ts';
import { loadStreams } from '../../store/load-streams.ts';
import type { RingRecord } from '../../store/ring-records.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { type RingIntent, wordIntent } from './ring-intent.ts';
import type { SimpleChange } from './simple-change.ts';

export type SimpleIntent = Extract<
  RingIntent,
  { kind: 'set-weight' | 'drain' | 'undrain' | 'pin' | 'unpin' }
>;

/** Returns the change that an intent asks for. Throws NOT_FOUND for a stream to be pinned that nobody knows. */
export async function changeOfIntent(reader: StoreReader, intent: SimpleIntent): Promise<SimpleChange> {
  const what = wordIntent(intent);
  switch (intent.kind) {
    case 'set-weight': {
      const { name, weight } = intent;
      const specEdits = [{ kind: 'set-number', name, key: 'weight', value: weight }] as const;
      return { what, edit: setWeight(name, weight), specEdits, strict: false };
    }
    case 'drain':
    case 'undrain': {
      const { kind, name } = intent;
      const state = kind === 'drain' ? 'draining' : 'active';
      return {
        what,
        edit: setState(name, state),
        specEdits: [],
        strict: kind === 'drain',
        ...(kind === 'drain' ? { drained: name } : {}),
        isDone: (ring: RingRecord) => ring.nodes.some((node) => node.name === name && node.state === state),
        concerns: ({ from, to }) => (kind === 'drain' ? from : to) === name,
      };
    }
    case 'pin':
      await requireStream(reader, intent.stream);
      return { what, edit: pin(intent.stream, intent.name), specEdits: [], strict: false };
    default:
      return { what, edit: unpin(intent.stream, intent.name), specEdits: [], strict: false };
  }
}

async function requireStream(reader: StoreReader, stream: string): Promise<void> {
  const names = (await loadStreams(reader)).map(({ name }) => name);
  if (names.includes(stream)) return;
  const nearest = findNearest(stream, names);
  throw new StreamctlError('NOT_FOUND', `there is no stream ${stream}`, {
    hint: nearest === null ? 'See the streams with `streamctl stream list`.' : `Did you mean ${nearest}?`,
  });
}
