/** Taking back one change of the ring: what has to be done for it. */
import { StreamctlError } from '../../base/errors.ts';
import { undoOf } from '../../membership/undo.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { COST_UNIT } from '../../placement/encoder-cost.ts';
import type { NodeEntry, SpecEdit } from '../../spec/edit/edit-spec.ts';
import { loadRing, loadRingHistory } from '../../store/ring.ts';
import type { RemovedNode, RingChange, RingNode, RingRecord } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';
import type { NodeAddition } from './add-node-action.ts';
import type { NodeRemoval } from './remove-node-action.ts';
import type { SimpleChange } from './simple-change.ts';

export type Undo =
  | { readonly kind: 'remove-node'; readonly removal: NodeRemoval }
  | { readonly kind: 'add-node'; readonly addition: NodeAddition }
  | { readonly kind: 'change'; readonly change: SimpleChange };

/** Changes that an undo looks back over. */
const MOST_CHANGES = 10_000;

/**
 * Finds the change (the last one without an epoch) and what takes it back. Throws NOT_FOUND for an epoch that the history
 * does not have, CONFLICT when later changes touched the same, or when `up` made it from the spec.
 */
export async function resolveUndo(store: Store, view: ClusterView, epoch: number | undefined): Promise<Undo> {
  const [history, ring] = await Promise.all([loadRingHistory(store, MOST_CHANGES), loadRing(store)]);
  const change =
    epoch === undefined ? history.findLast(isChange) : history.find((one) => one.epoch === epoch);
  if (change === undefined || ring === null) {
    throw new StreamctlError(
      'NOT_FOUND',
      epoch === undefined ? 'the ring was never changed' : `no change made epoch ${epoch}`,
      {
        hint: 'See the changes with `streamctl ring history`.',
      },
    );
  }
  const what = `undo ${change.epoch}`;
  const later = history.filter((one) => one.epoch > change.epoch);
  const { added, removed } = membersIn(change);
  if (added.length + removed.length > 1) throw madeByUp(change);
  const edit = undoOf(change, later);
  if (added[0] !== undefined) {
    edit(withState(ring, added[0]));
    return { kind: 'remove-node', removal: { ...removalOf(view, added[0]), what } };
  }
  if (removed[0] !== undefined) {
    edit(ring);
    return { kind: 'add-node', addition: { ...additionOf(removed[0], change.was), what } };
  }
  return { kind: 'change', change: { what, edit, specEdits: specEditsOf(change), strict: false } };
}

/** Not the controller's own, which changes nothing. */
function isChange({ after }: RingChange): boolean {
  return Object.keys(after).length > 0;
}

function membersIn({ before, after }: RingChange): { added: RingNode[]; removed: RingNode[] } {
  const names = Object.keys(after.nodes ?? {});
  const pick = (from: RingChange['before'], to: RingChange['before']): RingNode[] =>
    names.flatMap((name) => ((to.nodes?.[name] ?? null) === null ? (from.nodes?.[name] ?? []) : []));
  return { added: pick(after, before), removed: pick(before, after) };
}

/** An undo that was killed while it drained the node goes on. */
function withState(ring: RingRecord, { name, state }: RingNode): RingRecord {
  return { ...ring, nodes: ring.nodes.map((node) => (node.name === name ? { ...node, state } : node)) };
}

/** A node that was there before for other roles stays for them. */
function removalOf({ peers }: ClusterView, { name }: RingNode): Omit<NodeRemoval, 'what'> {
  const roles = peers.find((peer) => peer.name === name)?.roles ?? [];
  const needed = roles.includes('store') || roles.includes('ingest');
  return { name, keepNode: needed, force: false };
}

/** With all roles that it had, as far as whoever removed it wrote them down; else as an origin alone. */
function additionOf(
  { name, region, host, weight, capacity }: RingNode,
  was: RemovedNode | undefined,
): Omit<NodeAddition, 'what'> {
  const node: NodeEntry = {
    name,
    region,
    roles: was?.roles ?? ['origin'],
    host: was?.host ?? null,
    address: was?.address ?? null,
    weight: weight === 1 ? null : weight,
    capacity: capacity === null ? null : capacity / COST_UNIT,
    ports: was?.ports ?? null,
  };
  // A machine has its place by its host; an address of this one may follow from its name.
  return was?.host === undefined ? { node, host } : { node };
}

function specEditsOf({ before, after }: RingChange): SpecEdit[] {
  return Object.entries(before.nodes ?? {}).flatMap(([name, node]): SpecEdit[] => {
    const now = after.nodes?.[name];
    if (node === null || now == null || node.weight === now.weight) return [];
    return [{ kind: 'set-number', name, key: 'weight', value: node.weight }];
  });
}

function madeByUp({ epoch, what }: RingChange): StreamctlError {
  return new StreamctlError(
    'CONFLICT',
    `undo epoch ${epoch} (${what}): it changed several nodes, as the spec says`,
    {
      hint: 'Change the spec instead, then run streamctl up.',
    },
  );
}
