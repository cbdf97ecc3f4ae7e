/** `ring remove-node`: plan, question, the streams' way out, then the ring, the spec and the machine. */
import { StreamctlError } from '../../base/errors.ts';
import { planChange } from '../../membership/change-ring.ts';
import { removeNode } from '../../membership/edits.ts';
import { loadRingState } from '../../membership/ring-state.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { DRAIN_STEPS, type DrainContext, REMOVE_NODE_STEPS } from '../../provision/ring/remove-node.ts';
import { editSpecFile, type SpecFile } from '../../provision/ring/spec-file.ts';
import { withoutUndefined } from '../../spec/defaults.ts';
import { loadSpec } from '../../spec/load.ts';
import { loadRing } from '../../store/ring.ts';
import type { RemovedNode } from '../../store/ring-records.ts';
import type { Store } from '../../store/store.ts';
import { confirm } from '../confirm.ts';
import { runSteps } from '../run-steps.ts';
import { printOutcome, type RingChangeReport, reportChange } from './change-report.ts';
import { createHeldContext, type HeldCall, refuseTakeBack, writeHeldSpec } from './held-call.ts';
import { type PlanReport, refuseLoss, reportPlan } from './plan-report.ts';
import type { ClusterCall } from './ring-change-command.ts';
import { sayUnapplied } from './say-unapplied.ts';
import { createRequest, showPlan } from './simple-change.ts';
import { loadAppliedSpec, underLock } from './with-spec-edits.ts';

export interface NodeRemoval {
  readonly name: string;
  /** Takes the role origin alone. */
  readonly keepNode: boolean;
  /** Does not wait for its streams: it is dead. */
  readonly force: boolean;
  /** In words of the command. */
  readonly what: string;
}

/** Removes a node, or goes on removing one. Throws CONFLICT, NOT_FOUND, PARTLY_DONE. */
export async function runRemoveNode(
  store: Store,
  place: ClusterCall,
  removal: NodeRemoval,
): Promise<RingChangeReport> {
  const { view, call } = place;
  const { name, keepNode, force, what } = removal;
  await sayUnapplied(store, place);
  const plan = await planRemoveNode(store, place, removal);
  showPlan(plan, call);
  if (!force) refuseLoss(plan);
  if (call.dryRun) return reportChange({ plan, dryRun: true, madeEpoch: null, results: [] });
  await confirm(wordQuestion(view, removal), call);
  const request = await createRequest(view, call, what);
  const { signal } = call;
  const drained: DrainContext = {
    store,
    signal,
    request,
    result: null,
    pending: [],
    node: name,
    force,
    was: keepNode ? undefined : await readNode(place, name),
    moved: [],
  };
  await runSteps(DRAIN_STEPS, drained, { silent: call.silent });
  await underLock(view, call, async (held) => {
    await drainAgain(held, drained);
    await removeHeld(held, removal, drained);
  });
  const madeEpoch = drained.result?.ring.epoch ?? null;
  const report = reportChange({ plan, dryRun: false, madeEpoch, results: drained.moved });
  printOutcome(report, call);
  return { ...report, changed: true };
}

/** While this command waited for the lock, another one may have brought the node back into the ring, as the spec still has it. */
async function drainAgain({ call, lock }: HeldCall, drained: DrainContext): Promise<void> {
  const ring = await loadRing(drained.store);
  if (ring?.nodes.some(({ name }) => name === drained.node) !== true) return;
  await lock.check();
  const again: DrainContext = { ...drained, signal: call.signal, moved: [] };
  await runSteps(DRAIN_STEPS, again, { silent: call.silent });
  drained.result = again.result;
  drained.moved = [...drained.moved, ...again.moved];
}

/** Takes it out of the spec and stops it, under the lock. */
async function removeHeld(held: HeldCall, removal: NodeRemoval, drained: DrainContext): Promise<void> {
  const { view, call } = held;
  const { name, keepNode } = removal;
  try {
    await writeHeldSpec(held, await planFile(held, removal));
    const made = await createHeldContext(held, await loadSpec(view.specFile));
    const up = { ...made, only: keepNode ? [name] : [] };
    await using _ = { [Symbol.asyncDispose]: () => up.driver.close() };
    await runSteps(REMOVE_NODE_STEPS, { ...drained, signal: call.signal, up }, { silent: call.silent });
  } catch (error) {
    await refuseTakeBack(held, {
      soFar: `${name} has left the ring; the spec may still have it, and its units may run`,
      remedy: 'run this one again to go on',
    });
    throw error;
  }
}

/** What the spec says of a node beside what the ring knows; undefined when a run that was killed took it out already. */
async function readNode({ view, call }: ClusterCall, name: string): Promise<RemovedNode | undefined> {
  const { raw } = await loadAppliedSpec(view, call, name);
  const node = raw.nodes.find((one) => one.name === name);
  if (node === undefined) return undefined;
  const { roles, host, address, ports } = node;
  return withoutUndefined({ roles, host, address, ports }) as RemovedNode;
}

/** What would move if the node left. Throws CONFLICT when it must not leave, NOT_FOUND for one that nobody knows. */
export async function planRemoveNode(
  store: Store,
  place: ClusterCall,
  removal: NodeRemoval,
): Promise<PlanReport> {
  const { view } = place;
  const { name, what } = removal;
  const { ring, placements } = await loadRingState(store);
  const member = ring.nodes.some((node) => node.name === name);
  const known = member || view.peers.some((peer) => peer.name === name);
  if (!known) {
    throw new StreamctlError('NOT_FOUND', `neither the ring nor the spec has a node ${name}`, {
      hint: `The ring has ${ring.nodes.map((node) => node.name).join(', ')}.`,
    });
  }
  await planFile(place, removal);
  const plan = await planChange(store, member ? removeNode(name) : null);
  return reportPlan(plan, { cluster: view.name, what, ring, placements });
}

/** The spec without the node; as it is when a run that was killed has taken it out already. */
async function planFile({ view, call }: ClusterCall, { name, keepNode }: NodeRemoval): Promise<SpecFile> {
  const file = await loadAppliedSpec(view, call, name);
  const peer = file.spec.nodes.find((node) => node.name === name);
  if (peer === undefined) return file;
  const origins = file.spec.nodes.filter(({ roles }) => roles.includes('origin'));
  if (origins.length === 1 && peer.roles.includes('origin')) {
    throw new StreamctlError('CONFLICT', `${name} is the only origin node: nothing would run the streams`, {
      hint: `Add another one first: streamctl ring add-node NAME --region ${peer.region}`,
    });
  }
  if (keepNode) return dropRole(file, name);
  const needed = peer.roles.filter((role) => role === 'store' || role === 'ingest');
  if (needed.length > 0) {
    throw new StreamctlError(
      'CONFLICT',
      `${name} is ${needed.join(' and ')}, too, which the ring does not replace`,
      {
        hint: 'With --keep-node it loses the role origin alone and goes on with the others.',
      },
    );
  }
  return editSpecFile(file, [{ kind: 'remove-node', name }]);
}

function dropRole(file: SpecFile, name: string): SpecFile {
  const roles = file.spec.nodes.find((node) => node.name === name)?.roles ?? [];
  if (!roles.includes('origin')) return file;
  if (roles.length > 1) return editSpecFile(file, [{ kind: 'drop-role', name, role: 'origin' }]);
  throw new StreamctlError('USAGE', `${name} is an origin and nothing else: there is no role to go on with`, {
    hint: 'Leave --keep-node out.',
  });
}

function wordQuestion(view: ClusterView, { name, keepNode, force }: NodeRemoval): string {
  const roles = view.peers.find((peer) => peer.name === name)?.roles ?? [];
  const edge = roles.includes('edge') && !keepNode ? ' Viewers of its edge lose it.' : '';
  const what = keepNode
    ? `Take the role origin from node ${name}`
    : `Remove node ${name} from the ring, the spec and this machine`;
  return `${what}${force ? ', without moving its streams first' : ''}?${edge}`;
}
