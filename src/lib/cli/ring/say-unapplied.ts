import { findUnapplied } from '../../provision/ring/ring-of-spec.ts';
import { loadRing } from '../../store/ring.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { ClusterCall } from './ring-change-command.ts';

/** Says of which nodes the ring does not follow the spec, since a command that changes both was killed between them. */
export async function sayUnapplied(store: StoreReader, { view, call }: ClusterCall): Promise<void> {
  const ring = await loadRing(store);
  const names = ring === null ? [] : findUnapplied(ring, view.peers);
  if (names.length === 0) return;
  call.say(
    `  ! of ${names.join(', ')} the ring does not know yet what the spec says: a command was stopped half-way`,
  );
  call.say('    streamctl up brings the ring to the spec');
}
