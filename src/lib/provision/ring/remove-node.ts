/**
 * Taking an origin node out of a running cluster, as a list to be read from top to bottom: its streams move away while it
 * still serves them, then it leaves the ring, the spec and the machine. The same command again continues one that was
 * killed.
 */
import { changeRing } from '../../membership/change-ring.ts';
import { removeNode, setState } from '../../membership/edits.ts';
import { loadRing } from '../../store/ring.ts';
import type { RemovedNode } from '../../store/ring-records.ts';
import type { Step, StepReport, UpContext } from '../context.ts';
import { checkMachine, configure, prepare, start, tidy } from '../up.ts';
import { awaitChange, loadOpenMoves, type MoveResult, type OpenMove } from './await-change.ts';
import type { RingChangeContext } from './change-context.ts';

export interface DrainContext extends RingChangeContext {
  readonly node: string;
  /** Leaves what it carries to be started anew elsewhere, for a node that is dead. */
  readonly force: boolean;
  /** What the spec says of it, to be kept with the change; undefined when it stays for other roles. */
  readonly was?: RemovedNode | undefined;
  moved: readonly MoveResult[];
}

export interface RemoveNodeContext extends DrainContext {
  /** Of the spec without the node, or without its role. */
  readonly up: UpContext;
}

/** First part of `ring remove-node`: no lock is held while streams move. */
export const DRAIN_STEPS: readonly Step<DrainContext>[] = [
  { title: 'drained', run: drain },
  { title: 'ring', run: leave },
];

/** Second part, under the lock of the cluster. */
export const REMOVE_NODE_STEPS: readonly Step<RemoveNodeContext>[] = [{ title: 'removed', run: remove }];

async function drain(context: DrainContext, report: StepReport): Promise<string> {
  const { store, node, force, request, signal } = context;
  const present = (await loadRing(store))?.nodes.find(({ name }) => name === node);
  if (present === undefined) return `${node} is not in the ring`;
  if (force) return 'not waited for (--force); its streams start anew elsewhere';
  let own: readonly OpenMove[] = await loadOpenMoves(store, ({ from }) => from === node);
  if (present.state === 'active') {
    report.doing(`no new streams to ${node}`);
    const edit = setState(node, 'draining');
    const { moves } = await changeRing(store, { ...request, what: `drain ${node}`, edit, plan: false });
    own = moves.filter(({ from }) => from === node);
  }
  context.moved = await awaitChange(store, own, { signal, report, drained: node });
  const { length } = context.moved;
  return length === 0
    ? `${node} carries nothing`
    : `${length} ${length === 1 ? 'stream' : 'streams'} moved away`;
}

async function leave(context: DrainContext): Promise<string> {
  const { store, node, request, was } = context;
  const ring = await loadRing(store);
  if (ring?.nodes.some(({ name }) => name === node) !== true) return `${node} has left it already`;
  context.result = await changeRing(store, { ...request, edit: removeNode(node), was, plan: false });
  const { epoch } = context.result.ring;
  return `epoch ${epoch - 1} → ${epoch}`;
}

async function remove({ up, node }: RemoveNodeContext, report: StepReport): Promise<string> {
  const keeps = up.spec.nodes.find(({ name }) => name === node);
  for (const [doing, step] of [
    ['checking', checkMachine],
    ['preparing', prepare],
    ['writing files', configure],
    ['starting its units anew', start],
    ['stopping what is left over', tidy],
  ] as const) {
    report.doing(`${node}: ${doing}`);
    await step(up, report);
  }
  if (keeps === undefined) return `${node} from the spec and this machine; its logs stay`;
  return `the role origin from ${node}, which goes on as ${keeps.roles.join(', ')}`;
}
