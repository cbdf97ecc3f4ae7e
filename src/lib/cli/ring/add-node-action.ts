/** `ring add-node`: plan, question, provisioning, the ring, the moves; and the way back when provisioning fails. */
import { join } from 'node:path';
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';
import { planChange } from '../../membership/change-ring.ts';
import { addNode } from '../../membership/edits.ts';
import { loadRingState } from '../../membership/ring-state.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { UpContext } from '../../provision/context.ts';
import { ADD_NODE_STEPS, type AddNodeContext } from '../../provision/ring/add-node.ts';
import type { MoveResult } from '../../provision/ring/await-change.ts';
import { ringNodeOf } from '../../provision/ring/ring-of-spec.ts';
import { editSpecFile, type SpecFile } from '../../provision/ring/spec-file.ts';
import { tidy } from '../../provision/up.ts';
import type { NodeEntry, SpecEdit } from '../../spec/edit/edit-spec.ts';
import { loadSpec } from '../../spec/load.ts';
import type { Store } from '../../store/store.ts';
import { confirm } from '../confirm.ts';
import { runSteps } from '../run-steps.ts';
import { printOutcome, type RingChangeReport, reportChange, withUndo } from './change-report.ts';
import { createHeldContext, type HeldCall, refuseTakeBack, writeHeldSpec } from './held-call.ts';
import { type PlanReport, reportPlan } from './plan-report.ts';
import type { ClusterCall } from './ring-change-command.ts';
import { checkRegion } from './ring-page.ts';
import { sayUnapplied } from './say-unapplied.ts';
import { createRequest, moveStep, showPlan } from './simple-change.ts';
import { loadAppliedSpec, QUIET, underLock, writeAndConfigure } from './with-spec-edits.ts';

export interface NodeAddition {
  readonly node: NodeEntry;
  /** Address that it must have, written into the spec only when the spec would give it another one. */
  readonly host?: string;
  /** In words of the command. */
  readonly what: string;
}

/** Adds a node, or goes on adding one. Throws CONFLICT, UNHEALTHY, PARTLY_DONE and what `up` throws. */
export async function runAddNode(
  store: Store,
  place: ClusterCall,
  addition: NodeAddition,
): Promise<RingChangeReport> {
  const { view, call } = place;
  await sayUnapplied(store, place);
  const plan = await planAddNode(store, place, addition);
  showPlan(plan, call);
  if (call.dryRun) return reportChange({ plan, dryRun: true, madeEpoch: null, results: [] });
  await confirm(`Add node ${addition.node.name} to region ${addition.node.region}?`, call);
  const request = await createRequest(view, call, addition.what);
  const provisioned = await underLock(view, call, async (held) => {
    const files = await planFiles(place, addition);
    return await provision(store, held, { ...files, request });
  });
  // No lock is held while streams move.
  const context = { ...provisioned, signal: call.signal };
  const madeEpoch = context.result?.ring.epoch ?? null;
  await runSteps([moveStep({ wait: call.wait })], context, { silent: call.silent }).catch(
    (error: unknown) => {
      throw withUndo(error, madeEpoch);
    },
  );
  const report = reportChange({ plan, dryRun: false, madeEpoch, results: context.moved });
  printOutcome(report, call);
  return report;
}

/** What would move if the node joined. Throws CONFLICT when it cannot. */
export async function planAddNode(
  store: Store,
  place: ClusterCall,
  addition: NodeAddition,
): Promise<PlanReport> {
  const { node, what } = addition;
  const { peer } = await planFiles(place, addition);
  const { ring, placements } = await loadRingState(store);
  const joining = ringNodeOf(peer);
  const member = ring.nodes.some(({ name }) => name === node.name);
  const plan = await planChange(store, member ? null : addNode(joining));
  const facts = { cluster: place.view.name, what, ring, placements };
  return reportPlan(plan, member ? facts : { ...facts, joining });
}

interface AdditionFiles {
  /** The file without the node, or without its new role. */
  readonly before: SpecFile;
  readonly after: SpecFile;
  readonly peer: Peer;
}

/** The spec before and after, also when a run that was killed has written it already. */
async function planFiles(place: ClusterCall, addition: NodeAddition): Promise<AdditionFiles> {
  const { host, node } = addition;
  const files = await planFilesOf(place, node);
  if (host === undefined || files.peer.address === host) return files;
  return await planFilesOf(place, { ...node, address: host });
}

async function planFilesOf({ view, call }: ClusterCall, node: NodeEntry): Promise<AdditionFiles> {
  checkRegion(view, node.region);
  const file = await loadAppliedSpec(view, call, node.name);
  const present = file.spec.nodes.find(({ name }) => name === node.name);
  if (present !== undefined && present.region !== node.region) {
    throw new StreamctlError('CONFLICT', `node ${node.name} is in region ${present.region} already`, {
      hint: 'Choose another name.',
    });
  }
  const role: SpecEdit = { kind: 'add-role', name: node.name, role: 'origin' };
  const isOrigin = present?.roles.includes('origin') === true;
  const edits: SpecEdit[] = isOrigin ? [] : present === undefined ? [{ kind: 'add-node', node }] : [role];
  const after = editSpecFile(file, edits);
  const peer = after.spec.nodes.find(({ name }) => name === node.name)!;
  if (!isOrigin) return { before: file, after, peer };
  const known = view.peers.some(({ name }) => name === node.name);
  return {
    before: known ? file : editSpecFile(file, [{ kind: 'remove-node', name: node.name }]),
    after,
    peer,
  };
}

type ProvisionContext = AddNodeContext & { moved: readonly MoveResult[] };

async function provision(
  store: Store,
  held: HeldCall,
  work: AdditionFiles & { readonly request: AddNodeContext['request'] },
): Promise<ProvisionContext> {
  const { before, after, peer, request } = work;
  const { view, call } = held;
  await writeHeldSpec(held, after);
  const up = { ...(await createHeldContext(held, await loadSpec(view.specFile))), only: [peer.name] };
  const context: ProvisionContext = {
    store,
    signal: call.signal,
    request,
    result: null,
    pending: [],
    moved: [],
    up,
    node: peer,
  };
  try {
    await runSteps(ADD_NODE_STEPS, context, { silent: call.silent });
    return context;
  } catch (error) {
    throw await takeBack(error, { ...held, before, node: peer.name, up });
  } finally {
    await up.driver.close();
  }
}

interface FailedAddition extends HeldCall {
  readonly up: UpContext;
  readonly before: SpecFile;
  readonly node: string;
}

/** Puts everything back when nothing was started; else says what is there, and that the same command goes on. Throws LOCKED. */
async function takeBack(error: unknown, failed: FailedAddition): Promise<StreamctlError> {
  const { view, call, before, node, up } = failed;
  await refuseTakeBack(failed, {
    soFar: `${node} is in the spec, and may run; it is not in the ring`,
    remedy: `run this one again to go on, or streamctl ring remove-node ${node} to take it out`,
  });
  const failure = toStreamctlError(error);
  const running = await up.driver.runs(up, node);
  const known = before.spec.nodes.some(({ name }) => name === node);
  if (!running && !known) {
    const unhurried = { ...failed, call: { ...call, signal: new AbortController().signal } };
    const back = await writeAndConfigure(unhurried, before);
    await tidy(back, QUIET);
    await back.driver.close();
    return failure;
  }
  const details = failure.details as { facts?: Record<string, string> } | undefined;
  const facts = { ...details?.facts, 'so far': `${node} is in the spec and runs; it is not in the ring` };
  return new StreamctlError('PARTLY_DONE', failure.message, {
    hint: `Run the same command again to go on, or streamctl ring remove-node ${node} to take it out.`,
    details: { ...details, facts, code: failure.code, folder: join(view.dir, 'nodes', node) },
    cause: failure,
  });
}
