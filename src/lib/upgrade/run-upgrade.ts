/**
 * Upgrades: another program under a running cluster, node by node, region by region, and viewers see nothing of it.
 *
 * It changes programs and what is rendered from their templates, and nothing of the spec: that is `up`. Invariants: one
 * node is touched at a time, and only while others stand in for it; the next only when media has passed the gate; what a node
 * ran before is on disk before it is touched, so a run that was killed anywhere is continued or rolled back by the next; a
 * node that fails its gate goes back to what it ran before anybody is told.
 */
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import type { Peer } from '../nodes/node-config.ts';
import { continueJournal, type UpgradeJournal } from './journal.ts';
import { orderNodes } from './order-nodes.ts';
import { awaitReady, type NodeUpgrade, switchNode } from './upgrade-node.ts';

export interface UpgradeDeps extends NodeUpgrade {
  readonly journal: UpgradeJournal | null;
  /** Names of nodes whose machines are away: they stay as they are, and the upgrade stands until they have been changed, too. */
  readonly without: readonly string[];
  readonly save: (journal: UpgradeJournal) => Promise<void>;
  /** A node has changed, or needed no change. */
  readonly passed: (node: string, tookMs: number, changed: boolean) => void;
}

export interface UpgradeOutcome {
  readonly to: string;
  /** Nodes that were changed, in their order. */
  readonly changed: readonly string[];
  /** Nodes that ran it already. */
  readonly unchanged: readonly string[];
}

/** Which program each node should get. */
interface Aim {
  readonly nodes: readonly Peer[];
  readonly digestOf: (node: Peer) => string;
  readonly word: 'upgrade' | 'roll back';
}

/**
 * Brings these nodes to a program. Throws CONFLICT (nothing stands in for a node), UNHEALTHY (the first node failed its gate and
 * runs again what it ran) or PARTLY_DONE (a later one did; those before it, in this run or in those it goes on with, stay upgraded).
 */
export async function runUpgrade(
  peers: readonly Peer[],
  digest: string,
  deps: UpgradeDeps,
): Promise<UpgradeOutcome> {
  const journal = continueJournal(deps.journal, digest, deps.nowMs());
  const aim: Aim = { nodes: orderNodes(peers), digestOf: () => digest, word: 'upgrade' };
  const { outcome, before } = await walk(aim, journal, deps);
  // What changed nothing must not make the upgrade before it forgotten.
  if (outcome.changed.length > 0 || deps.journal?.state === 'running')
    await deps.save({ ...journal, before, state: deps.without.length === 0 ? 'done' : 'running' });
  return { to: digest, ...outcome };
}

/** Brings these nodes back to what they ran before the last upgrade, the last one first. Throws as `runUpgrade`, and NOT_FOUND. */
export async function rollBack(peers: readonly Peer[], deps: UpgradeDeps): Promise<UpgradeOutcome> {
  const { journal } = deps;
  if (journal === null || journal.state === 'rolled-back') {
    throw new StreamctlError('NOT_FOUND', 'there is no upgrade that could be rolled back', {
      hint: 'streamctl upgrade --to DIGEST brings any program that the cluster still has.',
    });
  }
  const nodes = orderNodes(peers)
    .reverse()
    .filter(({ name }) => journal.before[name] !== undefined);
  const aim: Aim = { nodes, digestOf: ({ name }) => journal.before[name]!, word: 'roll back' };
  const { outcome } = await walk(aim, journal, deps);
  const isWhole = deps.without.every((name) => journal.before[name] === undefined);
  await deps.save({ ...journal, state: isWhole ? 'rolled-back' : 'running' });
  const [first] = nodes;
  return { to: first === undefined ? journal.to : aim.digestOf(first), ...outcome };
}

async function walk(aim: Aim, journal: UpgradeJournal, deps: UpgradeDeps) {
  const changed: string[] = [];
  const unchanged: string[] = [];
  let before = journal.before;
  for (const peer of aim.nodes) {
    const started = deps.nowMs();
    const digest = aim.digestOf(peer);
    if (await deps.hands.runsWholly(peer, digest)) {
      unchanged.push(peer.name);
      deps.passed(peer.name, deps.nowMs() - started, false);
      continue;
    }
    const was = before[peer.name] ?? (await deps.hands.programOf(peer)) ?? digest;
    before = { ...before, [peer.name]: was };
    const earlier = aim.word === 'upgrade' ? namesBut(peer, journal.before, changed) : [];
    const change = { aim, digest, was, earlier, changed, journal: { ...journal, before } };
    await changeOrPutBack(peer, change, deps);
    changed.push(peer.name);
    deps.passed(peer.name, deps.nowMs() - started, true);
  }
  return { outcome: { changed, unchanged }, before };
}

/** Names in a journal that are neither the node nor among these. */
function namesBut({ name }: Peer, before: UpgradeJournal['before'], others: readonly string[]): string[] {
  return Object.keys(before).filter((one) => one !== name && !others.includes(one));
}

interface Change {
  readonly aim: Aim;
  readonly digest: string;
  /** Digest of the program to go back to. */
  readonly was: string;
  /** Nodes that runs before this one touched: their way back is in the journal alone. */
  readonly earlier: readonly string[];
  readonly changed: readonly string[];
  /** With what this node ran before. */
  readonly journal: UpgradeJournal;
}

async function changeOrPutBack(peer: Peer, change: Change, deps: UpgradeDeps): Promise<void> {
  const before = await awaitReady(peer, deps).catch((error: unknown) => {
    throw stopped(peer, change, { cause: toStreamctlError(error), end: 'it was not touched' });
  });
  await deps.save({ ...change.journal, state: 'running' });
  try {
    await switchNode(peer, { digest: change.digest, before }, deps);
  } catch (error) {
    if (deps.signal.aborted) throw interrupted(peer, change.aim, error);
    const failure = toStreamctlError(error);
    if (change.aim.word === 'roll back' || change.was === change.digest)
      throw stopped(peer, change, { cause: failure, end: 'nothing to go back to' });
    deps.say(`${peer.name}: back to ${change.was}, because ${failure.message}`);
    const back = await switchNode(peer, { digest: change.was, before }, { ...deps, interrupts: true }).then(
      async () => {
        if (change.changed.length + change.earlier.length === 0)
          await deps.save({ ...change.journal, state: 'rolled-back' });
        return `it runs ${change.was} again`;
      },
      (second: unknown) =>
        `and it did not get well with ${change.was} again: ${toStreamctlError(second).message}`,
    );
    throw stopped(peer, change, { cause: failure, end: back });
  }
}

function interrupted(peer: Peer, { word }: Aim, cause: unknown): StreamctlError {
  return new StreamctlError('INTERRUPTED', `${word} of ${peer.name} was interrupted`, {
    hint: 'Run streamctl upgrade again: it continues; or streamctl upgrade --rollback.',
    details: { node: peer.name },
    cause,
  });
}

function stopped(
  peer: Peer,
  { aim, earlier, changed }: Change,
  { cause, end }: { readonly cause: StreamctlError; readonly end: string },
): StreamctlError {
  const all = [...earlier, ...changed];
  const code = all.length > 0 ? 'PARTLY_DONE' : cause.code;
  const message = `${aim.word} ${peer.name}: ${withoutName(peer, cause.message)}; ${end}`;
  const { facts } = (cause.details ?? {}) as { facts?: Record<string, string> };
  const done = [
    ...(earlier.length === 0 ? [] : [`touched by an earlier run: ${earlier.join(', ')}`]),
    ...(changed.length === 0 ? [] : [`changed and well: ${changed.join(', ')}`]),
  ];
  return new StreamctlError(code, message, {
    hint:
      cause.code === 'CONFLICT'
        ? cause.hint!
        : 'Mend it and run streamctl upgrade again, or streamctl upgrade --rollback.',
    details: {
      node: peer.name,
      changed: all,
      facts: { ...facts, 'other nodes': done.join('; ') || 'no other node was changed' },
    },
    cause,
  });
}

function withoutName({ name }: Peer, message: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
