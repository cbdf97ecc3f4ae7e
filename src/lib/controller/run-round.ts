/** One round of the controller: look, decide, act. The decisions are pure and in files of their own. */
import type { Logger } from '../base/logger.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import { createWish } from '../placement/wish.ts';
import { loadVerdicts, writeVerdicts } from '../store/controller-lease.ts';
import { releaseStream } from '../store/placements.ts';
import { keepNewerRing, restoreRing } from '../store/ring.ts';
import type { NodeVerdict, RingRecord } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';
import { type Acting, createActing } from './acting.ts';
import { startMoves, tendMoves } from './apply-moves.ts';
import { applyRepairs } from './apply-repairs.ts';
import { chooseMoves } from './choose-moves.ts';
import { chooseReleases } from './choose-releases.ts';
import { chooseRepairs } from './choose-repairs.ts';
import type { Mandate } from './hold-lease.ts';
import type { NodeWatch } from './node-watch.ts';
import { nodesToHear } from './nodes-to-hear.ts';
import { nodesNotUp, type RoundFacts } from './round-facts.ts';
import { RoundMemory } from './round-memory.ts';
import type { StorePicture } from './store-picture.ts';
import { createCatalogue, type StreamCatalogue } from './stream-catalogue.ts';
import { listWantedMoves, type WantedMoves } from './wanted-moves.ts';

/** What a controller works with, and keeps while it has the lease. */
export interface RoundState {
  readonly node: string;
  readonly store: Store;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly config: () => NodeConfig;
  /** The newest ring that this node has heard of. */
  readonly knownRing: () => RingRecord | null;
  readonly picture: StorePicture;
  readonly watch: NodeWatch;
  /** Looks again at once. */
  readonly poke: () => void;
  memory: RoundMemory;
  verdicts: ReadonlyMap<string, NodeVerdict>;
  /** Unix milliseconds; before this nothing is given up for lost. */
  settledMs: number;
}

/**
 * So long after this agent began, or after the store was away, nothing is `down` and nothing is released: agents need up
 * to half a second to find the store again, and a second for a heartbeat. A mere change of controllers is no reason to wait.
 */
const SETTLE_MS = 2000;

/** Forgets everything but what the store says: this controller has just got the lease. Throws when it does not answer. */
export async function takeOver(state: RoundState): Promise<void> {
  state.memory = new RoundMemory();
  state.watch.reset();
  state.picture.note(null);
  state.verdicts = await loadVerdicts(state.store);
}

/** Notes that the store was away: who is silent now need not be gone. */
export function noteTrouble(state: RoundState): void {
  state.settledMs = state.nowMs() + SETTLE_MS;
}

/** Runs a round under a mandate. Throws when the store does not answer. */
export async function runRound(state: RoundState, mandate: Mandate): Promise<void> {
  const { picture, watch, memory } = state;
  await picture.refresh(state.nowMs());
  const ring = await restoreIfLost(state, mandate);
  if (ring === null) return;
  await watch.listen(namesToJudge(state, ring, true));
  const verdicts = watch.judge(
    {
      names: new Set(namesToJudge(state, ring, false)),
      ringNodes: ring.nodes,
      peers: state.config().peers,
      before: state.verdicts,
      isSettled: state.nowMs() >= state.settledMs,
    },
    state.poke,
  );
  const facts = createFacts(state, ring, verdicts);
  memory.note(facts);
  const acting = createActing({ ...state, facts, mandate, note: (word) => picture.note(word) });
  await tellVerdicts(state, acting, verdicts);
  const catalogue = createCatalogue(state.config());
  const moves = listWantedMoves(facts, memory.pauses);
  await watch.readReports(nodesToHear(facts, moves.wanted, memory));
  await tendMoves(acting);
  await repair(acting, state, catalogue);
  await move(acting, moves);
  await release(acting, state, catalogue);
}

/** The ring to go by; one that the store lost is put back first, and the next round begins with it. */
async function restoreIfLost(state: RoundState, mandate: Mandate): Promise<RingRecord | null> {
  const { picture, store, log, node } = state;
  const newest = keepNewerRing(state.knownRing(), picture.ring);
  if (newest === null || newest.epoch === picture.ring?.epoch) return picture.ring;
  // What is newer may also be newer than the picture: then the store has it, and refuses this one.
  if (mandate.isHeld() && (await restoreRing(store, newest))) {
    noteTrouble(state);
    log.warn(
      { epoch: newest.epoch, found: picture.ring?.epoch ?? 0, node },
      'put back a ring that the store lost',
    );
  }
  picture.note('ring');
  state.poke();
  return null;
}

/** Nodes of the ring and those that run something; `heard`: all that may be observers, too. */
function namesToJudge({ picture, config }: RoundState, ring: RingRecord, heard: boolean): string[] {
  const names = new Set(ring.nodes.map(({ name }) => name));
  for (const { replicas, move: moving } of picture.placements.values()) {
    for (const node of replicas) names.add(node);
    if (moving !== null) names.add(moving.to);
  }
  if (heard) for (const { name } of config().peers) names.add(name);
  return [...names];
}

function createFacts(
  state: RoundState,
  ring: RingRecord,
  verdicts: ReadonlyMap<string, NodeVerdict>,
): RoundFacts {
  const { picture, watch } = state;
  const nowMs = state.nowMs();
  return {
    nowMs,
    isSettled: nowMs >= state.settledMs,
    ring,
    members: new Map(ring.nodes.map((member) => [member.name, member])),
    verdicts,
    placements: picture.placements,
    planned: picture.planned,
    sessions: picture.sessions,
    loads: picture.loads,
    reported: (node, stream) => watch.reported(node, stream),
    saidMs: (node) => watch.saidMs(node),
  };
}

/** Writes verdicts when a state has changed, and tells the audit trail of nodes that changed. */
async function tellVerdicts(
  state: RoundState,
  acting: Acting,
  verdicts: ReadonlyMap<string, NodeVerdict>,
): Promise<void> {
  const before = state.verdicts;
  const changed = [...verdicts.values()].filter((one) => before.get(one.node)?.state !== one.state);
  const isSame = changed.length === 0 && before.size === verdicts.size;
  if (!isSame) {
    const written = await acting.act('controller', (token) =>
      writeVerdicts(acting.store, { token, verdicts: verdicts.values() }),
    );
    if (written !== true) return;
  }
  state.verdicts = verdicts;
  for (const { node, state: now, why } of changed) {
    if (now === 'up' && before.get(node) === undefined) continue;
    acting.log.info({ node, state: now, why }, 'judged a node');
    await acting.tell({ what: `node-${now}`, stream: '', subject: `${node}: ${why}` });
  }
}

async function repair(acting: Acting, state: RoundState, catalogue: StreamCatalogue): Promise<void> {
  const { facts, memory } = acting;
  const states = [...facts.verdicts.values()].map(({ state: word }) => word[0]).join('');
  const fingerprint = `${facts.ring.epoch} ${state.picture.changes} ${states}`;
  const { unplacedSinceMs, tried } = memory;
  const repairs = chooseRepairs(facts, { unplacedSinceMs, tried, fingerprint });
  if (repairs.length > 0) await applyRepairs(acting, repairs, { catalogue, fingerprint });
}

async function move(acting: Acting, { wanted, total, drop }: WantedMoves): Promise<void> {
  const { facts, memory } = acting;
  const down = nodesNotUp(facts);
  const { begin, waiting } = chooseMoves(facts, wanted, {
    pauses: memory.pauses,
    wishOf: ({ stream, cost, region }) =>
      createWish(facts.ring, { stream, cost, region }, { gone: [], down, token: null }),
  });
  memory.waiting = waiting;
  memory.waitingTotal = total - begin.length;
  await startMoves(acting, { begin, drop });
}

async function release(acting: Acting, state: RoundState, catalogue: StreamCatalogue): Promise<void> {
  const releases = chooseReleases(acting.facts, {
    silentSinceMs: acting.memory.silentSinceMs,
    known: state.picture.streams,
    slateMaxSec: (stream) => catalogue.settingsOf(stream).slate.maxSec,
  });
  for (const { stream, why } of releases) {
    const released = await acting.act(`placement ${stream}`, (token) =>
      releaseStream(acting.store, { stream, token, unlessLive: true }),
    );
    if (released === true) acting.log.info({ stream, why }, 'released a stream');
  }
  await releaseRefusals(acting, state);
}

/** A refusal of a stream that nobody publishes any more is of no use. */
async function releaseRefusals(acting: Acting, { picture }: RoundState): Promise<void> {
  const { facts, store } = acting;
  if (!facts.isSettled) return;
  for (const { stream } of picture.refusals) {
    if (facts.sessions.has(stream) || facts.placements.has(stream)) continue;
    await acting.act(`placement ${stream}`, (token) =>
      releaseStream(store, { stream, token, unlessLive: true }),
    );
  }
}
