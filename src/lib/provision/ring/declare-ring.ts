/**
 * The ring as `up` keeps it: it follows the spec. Nodes that are new join, weights and capacities become those of the
 * file, and what the file no longer has is drained while everything still runs, and taken out before it stops.
 */
import { hostname, userInfo } from 'node:os';
import { awaitMoves, type MoveProgress } from '../../membership/await-moves.ts';
import { changeRing } from '../../membership/change-ring.ts';
import { type RingEdit, removeNode, setState } from '../../membership/edits.ts';
import { NO_RING } from '../../membership/patch.ts';
import { loadHeartbeats } from '../../store/heartbeats.ts';
import { loadPlaced } from '../../store/placements.ts';
import { loadRing } from '../../store/ring.ts';
import type { RingNode, RingPatch, RingRecord } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';
import type { StepReport, UpContext } from '../context.ts';
import { openStore } from './open-store.ts';
import { differenceToSpec, followSpec, leavingNodes } from './ring-of-spec.ts';

/** Brings the ring to the spec. Returns what became of it, in words. */
export async function declareRing(context: UpContext): Promise<string> {
  const opening = openStore(context);
  const store = context.changes.applies ? await opening : await opening.catch(() => null);
  if (store === null) {
    await context.changes.step(null, 'ring: make it of the origin nodes', async () => undefined);
    return '';
  }
  try {
    const ring = (await loadRing(store)) ?? NO_RING;
    const words = wordDifference(differenceToSpec(ring, context.spec));
    if (words !== '') {
      await context.changes.step(null, `ring: ${words}`, async () => {
        await change(store, 'up', followSpec(context.spec));
      });
    }
    const leaving = leavingNodes(ring, context.spec);
    for (const { name } of leaving) {
      await context.changes.step(null, `ring: take ${name} out`, async () => {
        await change(store, `remove-node ${name}`, removeNode(name));
      });
    }
    const { epoch, nodes } = (await loadRing(store)) ?? ring;
    return `epoch ${epoch} · ${nodes.length} nodes`;
  } finally {
    store.close();
  }
}

/**
 * Moves everything away from running nodes that the spec no longer has. Throws PARTLY_DONE when some cannot; does nothing
 * while the store is away, because nothing moves then.
 */
export async function drainLeaving(context: UpContext, report: StepReport): Promise<void> {
  const { changes, spec, signal } = context;
  const store = await openStore(context).catch(() => null);
  if (store === null) return;
  try {
    const ring = await loadRing(store);
    for (const node of ring === null ? [] : leavingNodes(ring, spec)) {
      if (!(await carriesStreams(store, node))) continue;
      await changes.step(node.name, 'drain: its streams move away', async () => {
        report.doing(`draining ${node.name}`);
        if (node.state === 'active')
          await change(store, `drain ${node.name}`, setState(node.name, 'draining'));
        await awaitDrained(store, node.name, { signal, report });
      });
    }
  } finally {
    store.close();
  }
}

async function carriesStreams(store: Store, { name }: RingNode): Promise<boolean> {
  const [placed, heartbeats] = await Promise.all([loadPlaced(store, name), loadHeartbeats(store, [name])]);
  return placed.size > 0 && heartbeats.length > 0;
}

/** Waits until nothing is placed on a node. Throws PARTLY_DONE, saying what stays, when nothing happens for a minute. */
export async function awaitDrained(
  store: Store,
  node: string,
  { signal, report }: { readonly signal: AbortSignal; readonly report: StepReport },
): Promise<number> {
  const onProgress = ({ total, left, moving }: MoveProgress): void =>
    report.doing(`${total - left.length} of ${total} streams moved from ${node}, ${moving.length} under way`);
  return (await awaitMoves(store, { node }, { signal, onProgress })).total;
}

async function change(store: Store, what: string, edit: RingEdit): Promise<RingRecord> {
  const who = `${userInfo().username}@${hostname()}`;
  const from = `pid ${process.pid}`;
  return (await changeRing(store, { what, who, from, reason: 'the spec', edit, plan: false })).ring;
}

function wordDifference({ nodes = {}, balance, replicas }: RingPatch): string {
  const names = Object.keys(nodes);
  return [
    ...(names.length === 0 ? [] : [`set ${names.join(', ')}`]),
    ...(balance === undefined ? [] : [`balance ${balance}`]),
    ...(replicas === undefined ? [] : [`${replicas} replicas`]),
  ].join(', ');
}
