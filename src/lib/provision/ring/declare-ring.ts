/**
 * The ring as `up` keeps it: it follows the spec. Nodes that are new join, weights and capacities become those of the
 * file, and what the file no longer has is drained while everything still runs, and taken out before it stops.
 */
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKnownEpoch } from '../../health/load-known-epoch.ts';
import { changeRing } from '../../membership/change-ring.ts';
import { combine, type RingEdit, removeNode, setState } from '../../membership/edits.ts';
import { NO_RING } from '../../membership/patch.ts';
import { loadHeartbeats } from '../../store/heartbeats.ts';
import { loadPlaced } from '../../store/placements.ts';
import { loadRing } from '../../store/ring.ts';
import type { RingNode, RingPatch, RingRecord } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';
import type { StepReport, UpContext } from '../context.ts';
import { mayLackStore } from '../left-out.ts';
import { awaitChange } from './await-change.ts';
import { openStore } from './open-store.ts';
import { differenceToSpec, followSpec, leavingNodes } from './ring-of-spec.ts';

/** The controller puts a lost ring back in its next round, once there is a controller. */
const RESTORE_MS = 10_000;
const RESTORE_POLL_MS = 100;

/** Brings the ring to the spec. Returns what became of it, in words. Throws PARTLY_DONE when a node can't be emptied. */
export async function declareRing(context: UpContext, report: StepReport): Promise<string> {
  const { changes, spec } = context;
  const opening = openStore(context);
  const mayLack = mayLackStore(context);
  const store = changes.applies && !mayLack ? await opening : await opening.catch(() => null);
  if (store === null && mayLack) return 'left for later: the store is away';
  if (store === null) {
    await changes.step(null, 'ring: make it of the origin nodes', async () => undefined);
    return '';
  }
  try {
    const before = await awaitRestored(store, context, report);
    const words = wordDifference(differenceToSpec(before, spec));
    if (words !== '') {
      await changes.step(null, `ring: ${words}`, () =>
        change(store, { what: 'up', edit: followSpec(spec) }, context),
      );
    }
    await drainLeaving(context, { report, only: () => true });
    const leaving = leavingNodes(before, spec).map(({ name }) => name);
    if (leaving.length > 0) {
      const what = `remove-node ${leaving.join(' ')}`;
      const edit = combine(leaving.map(removeNode));
      await changes.step(null, `ring: take ${leaving.join(', ')} out`, () =>
        change(store, { what, edit }, context),
      );
    }
    const { epoch, nodes } = (await loadRing(store)) ?? before;
    const count = `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;
    return epoch === before.epoch
      ? `epoch ${epoch} · ${count}`
      : `epoch ${before.epoch} → ${epoch} · ${count}`;
  } finally {
    store.close();
  }
}

/** The ring of the store, once it is no older than what agents know; as it is when that takes too long. */
async function awaitRestored(store: Store, context: UpContext, report: StepReport): Promise<RingRecord> {
  const known = await loadKnownEpoch(
    context.nodes.map(({ node }) => node),
    context.reach,
  );
  const deadlineMs = performance.now() + RESTORE_MS;
  for (;;) {
    const ring = (await loadRing(store)) ?? NO_RING;
    if (ring.epoch >= known || performance.now() > deadlineMs || !context.changes.applies) return ring;
    report.doing(`the store has lost epoch ${known}; waiting for the controller to put it back`);
    await sleep(RESTORE_POLL_MS, undefined, { signal: context.signal });
  }
}

export interface DrainLeaving {
  readonly report: StepReport;
  /** Which of the nodes that the spec no longer has as origins. */
  readonly only: (node: string) => boolean;
}

/**
 * Moves everything away from running nodes that the spec no longer has as origins. Throws PARTLY_DONE when some cannot;
 * does nothing while the store is away, because nothing moves then.
 */
export async function drainLeaving(context: UpContext, { report, only }: DrainLeaving): Promise<void> {
  const { changes, spec, signal } = context;
  const store = await openStore(context).catch(() => null);
  if (store === null) return;
  try {
    const leaving = leavingNodes((await loadRing(store)) ?? NO_RING, spec).filter(({ name }) => only(name));
    const carrying = await keepCarrying(store, leaving);
    if (carrying.length === 0) return;
    // All at once, so that none moves to one that leaves next.
    const active = leaving.filter(({ state }) => state === 'active').map(({ name }) => name);
    if (active.length > 0) {
      const edit = combine(active.map((name) => setState(name, 'draining')));
      await changes.step(null, `ring: drain ${active.join(', ')}`, () =>
        change(store, { what: `drain ${active.join(' ')}`, edit }, context),
      );
    }
    for (const { name } of carrying) {
      await changes.step(name, 'wait until its streams have moved away', async () => {
        report.doing(`draining ${name}`);
        await awaitChange(store, [], { signal, report, drained: name });
      });
    }
  } finally {
    store.close();
  }
}

/** Those that run something, and are there to hand it over. */
async function keepCarrying(store: Store, nodes: readonly RingNode[]): Promise<RingNode[]> {
  const heartbeats = await loadHeartbeats(
    store,
    nodes.map(({ name }) => name),
  );
  const alive = new Set(heartbeats.map(({ node }) => node));
  const placed = await Promise.all(nodes.map(({ name }) => loadPlaced(store, name)));
  return nodes.filter(({ name }, at) => alive.has(name) && placed[at]!.size > 0);
}

async function change(
  store: Store,
  { what, edit }: { readonly what: string; readonly edit: RingEdit },
  { nodes, reach }: Pick<UpContext, 'nodes' | 'reach'>,
): Promise<void> {
  const who = `${userInfo().username}@${hostname()}`;
  const by = { who, from: `pid ${process.pid}`, reason: 'the spec' };
  const knownEpoch = await loadKnownEpoch(
    nodes.map(({ node }) => node),
    reach,
  );
  await changeRing(store, { ...by, what, edit, plan: false, knownEpoch });
}

function wordDifference({ nodes = {}, balance, replicas }: RingPatch): string {
  const names = Object.keys(nodes);
  return [
    ...(names.length === 0 ? [] : [`set ${names.join(', ')}`]),
    ...(balance === undefined ? [] : [`balance ${balance}`]),
    ...(replicas === undefined ? [] : [`${replicas} replicas`]),
  ].join(', ');
}
