/**
 * Adding an origin node to a running cluster, as a list to be read from top to bottom. It serves before it carries
 * anything: provisioned as `up` does it, verified on media, and only then let into the ring.
 *
 * Every step looks first at what is there already, so that a command that was killed anywhere is continued by the same
 * command again.
 */
import { changeRing } from '../../membership/change-ring.ts';
import { addNode } from '../../membership/edits.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { loadSessions } from '../../store/load-sessions.ts';
import { loadPlacements } from '../../store/placements.ts';
import { loadRing } from '../../store/ring.ts';
import type { Step, StepReport, UpContext } from '../context.ts';
import { checkMachine, configure, prepare, start } from '../up.ts';
import { loadOpenMoves } from './await-change.ts';
import type { RingChangeContext } from './change-context.ts';
import { ringNodeOf } from './ring-of-spec.ts';

export interface AddNodeContext extends RingChangeContext {
  /** Of the spec with the new node. */
  readonly up: UpContext;
  readonly node: Peer;
}

/** The workflow of `ring add-node`, up to the change of the ring. */
export const ADD_NODE_STEPS: readonly Step<AddNodeContext>[] = [
  { title: 'provisioned', run: provision },
  { title: 'verified', run: verify },
  { title: 'ring', run: join },
];

const VERIFY_MS = 10_000;
/** Of streams that do not play anywhere, the next one is tried. */
const MOST_TRIES = 3;

async function provision({ up, node }: AddNodeContext, report: StepReport): Promise<string> {
  for (const [doing, step] of [
    ['checking addresses', checkMachine],
    ['preparing', prepare],
    ['writing files', configure],
    ['starting its units', start],
  ] as const) {
    report.doing(`${node.name}: ${doing}`);
    await step(up, report);
  }
  return `${node.name} on ${node.address}`;
}

async function verify({ store, node, up, signal }: AddNodeContext, report: StepReport): Promise<string> {
  const streams = [...(await loadPlacements(store)).keys()];
  const live = (await loadSessions(store, streams)).map(({ stream }) => stream).sort();
  if (live.length === 0) return 'no stream is live, so there is nothing to play through it';
  for (const [index, stream] of live.slice(0, MOST_TRIES).entries()) {
    report.doing(`playing ${stream} through ${node.name}, for at most ${VERIFY_MS / 1000} s`);
    const last = index === Math.min(live.length, MOST_TRIES) - 1;
    try {
      await up.driver.verify(up, { node, stream, timeoutMs: VERIFY_MS });
      return `on media: ${stream} plays through it, part by part`;
    } catch (error) {
      signal.throwIfAborted();
      if (last) throw error;
    }
  }
  return '';
}

async function join(context: AddNodeContext): Promise<string> {
  const { store, node, request, up } = context;
  const present = await loadRing(store);
  if (present?.nodes.some(({ name }) => name === node.name) === true) {
    context.pending = await loadOpenMoves(store, ({ to }) => to === node.name);
    return `${node.name} is in it already, epoch ${present.epoch}`;
  }
  await up.changes.step(null, `ring: add ${node.name}`, async () => {
    context.result = await changeRing(store, { ...request, edit: addNode(ringNodeOf(node)), plan: false });
  });
  const { epoch } = context.result!.ring;
  return `${node.region}: epoch ${epoch - 1} → ${epoch}`;
}
