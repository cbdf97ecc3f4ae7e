/**
 * The controller: judges nodes, places what lacks a replica, carries out moves, gives back what has ended, and restores a
 * ring that the store lost (ARCHITECTURE.md, "The ring at work").
 *
 * It is code in every agent, at work in the one that holds the lease. It is not on the way of the media or of a
 * publisher: without it everything that plays goes on, and new streams are placed by their ingest node's agent.
 *
 * Invariants: what is unknown moves nothing; every script carries the token, and a holder that cannot renew its lease
 * stops before another can begin; a new replica is verified before an old one on a live node stops.
 */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { startPokedLoop } from '../base/poked-loop.ts';
import { askObserver, type Sight } from '../health/look-at-origin.ts';
import type { ControllerReport } from '../health/report.ts';
import type { NodeConfig, Peer } from '../nodes/node-config.ts';
import { recordEvent } from '../store/record-event.ts';
import { loadRingEpoch, restoreRing } from '../store/ring.ts';
import type { RingRecord } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';
import { LeaseHolder } from './hold-lease.ts';
import { NodeWatch } from './node-watch.ts';
import { reportWork } from './report-work.ts';
import { RoundMemory } from './round-memory.ts';
import { noteTrouble, type RoundState, runRound, takeOver } from './run-round.ts';
import { StorePicture } from './store-picture.ts';

export interface ControllerDeps {
  /** Name of this node. */
  readonly node: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: () => NodeConfig;
  /** What this node sees of another's origin. */
  readonly observe: (peer: Peer) => Promise<Sight>;
  /** The newest ring that this node has heard of, in former runs too. */
  readonly knownRing: () => RingRecord | null;
}

export interface Controller {
  /** Takes a word of the store's channel; null: anything may have changed. */
  note(word: string | null): void;
  /** Who holds the lease, and what this node does with it; null while the store does not answer. */
  status(): ControllerReport | null;
  /** Stops, and gives the lease back. */
  close(): Promise<void>;
}

/** Four chances to renew a lease of 1 s. */
const RENEW_MS = 250;
/** After a lease's time is over, until it is tried for. */
const AFTER_FREE_MS = 10;
const ROUND_MS = 500;
const KEEP_RING_MS = 2000;
/** However much changes, at least so long between two rounds. */
const ROUND_GAP_MS = 100;

/** Starts a controller. It waits for the lease, works while it has it, and never throws. */
export function startController(deps: ControllerDeps): Controller {
  const { node, store, clock, log } = deps;
  const holder = new LeaseHolder({ node, store, clock });
  const state = createState(deps, () => rounds.poke());
  noteTrouble(state);
  let token = 0;
  let last = { atMs: 0, tookMs: 0 };

  const rounds = startPokedLoop(
    async () => {
      const mandate = holder.mandate;
      if (mandate === null) return;
      const startedMs = clock.nowMs();
      try {
        if (token !== mandate.token) await begin(mandate.token);
        await runRound(state, mandate);
        last = { atMs: startedMs, tookMs: clock.nowMs() - startedMs };
      } catch (error) {
        noteTrouble(state);
        log.warn({ err: error }, 'a round of the controller failed');
      }
    },
    { intervalMs: ROUND_MS, minGapMs: ROUND_GAP_MS },
  );
  const leases = startPokedLoop(async () => {
    const before = holder.mandate;
    const freeInMs = await holder.renew().catch((error: unknown) => {
      if (before !== null) log.warn({ err: error }, 'the lease could not be renewed: stopped acting');
      noteTrouble(state);
      return null;
    });
    if (holder.mandate !== null && before === null) rounds.poke();
    // A live holder renews long before: so near its end the lease is free at a moment that is known.
    if (freeInMs !== null && freeInMs < RENEW_MS) setTimeout(leases.poke, freeInMs + AFTER_FREE_MS).unref();
  }, RENEW_MS);
  const keeper = startPokedLoop(() => keepRing(deps).catch(() => undefined), KEEP_RING_MS);

  async function begin(newToken: number): Promise<void> {
    await takeOver(state);
    token = newToken;
    log.info({ token }, 'this node is the controller');
    await recordEvent(store, {
      who: `controller ${node}`,
      what: 'controller-taken',
      stream: '',
      subject: `${token}`,
    });
  }

  return {
    note: (word) => {
      if (word === 'controller' || word === null) leases.poke();
      state.picture.note(word);
      if (holder.mandate !== null) rounds.poke();
    },
    status: () => {
      const { lease } = holder;
      if (lease === null) return null;
      return { ...lease, work: holder.mandate === null ? null : reportWork(state, last) };
    },
    close: async () => {
      await Promise.all([rounds.close(), leases.close(), keeper.close()]);
      await holder.drop();
    },
  };
}

/** Whoever knows a newer ring than the store has puts it back: the controller may be one that does not. */
async function keepRing({ store, knownRing, log }: ControllerDeps): Promise<void> {
  const known = knownRing();
  if (known === null || (await loadRingEpoch(store)) >= known.epoch) return;
  if (await restoreRing(store, known))
    log.warn({ epoch: known.epoch }, 'put back a ring that the store lost');
}

function createState(deps: ControllerDeps, poke: () => void): RoundState {
  const { node, store, clock, log, config, observe, knownRing } = deps;
  return {
    node,
    store,
    log,
    config,
    knownRing,
    poke,
    nowMs: () => clock.nowMs(),
    picture: new StorePicture(store),
    watch: new NodeWatch({ store, clock, self: node, observe, ask: askObserver }),
    memory: new RoundMemory(),
    verdicts: new Map(),
    settledMs: 0,
  };
}
