/**
 * Changing the ring: what the commands and `up` do to its members, weights, states and pins.
 *
 * A change is an edit of the ring as it is now, written by compare-and-set on its epoch together with the moves that it
 * asks for. Whoever loses a race starts over on the ring that won, so that no change is lost and none overwrites
 * another. It makes nothing move itself: the controller does (src/lib/controller), also when the caller is gone.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { writeRing } from '../store/ring.ts';
import type { PlannedMove, RemovedNode, RingChange, RingRecord } from '../store/ring-records.ts';
import { endRingTurn, takeRingTurn } from '../store/ring-turn.ts';
import type { Store } from '../store/store.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { RingEdit } from './edits.ts';
import { applyPatch, readPatch } from './patch.ts';
import { type ChangePlan, planMovesOfChange, planRestOf } from './plan-moves-of-change.ts';
import { loadRingState, type RingState } from './ring-state.ts';

export interface ChangeRequest {
  /** In words of the command: `set-weight us-2 3`. */
  readonly what: string;
  /** `user@host`. */
  readonly who: string;
  /** `pid 4711`, or the name of a CI run. */
  readonly from: string;
  readonly reason: string;
  readonly edit: RingEdit;
  /** Kept with the change, where it takes a node out. */
  readonly was?: RemovedNode | undefined;
  /** Only says what would be. */
  readonly plan: boolean;
  /** The highest epoch that an agent knows: the store must not be behind it. Default 0. */
  readonly knownEpoch?: number;
}

export interface ChangeResult extends ChangePlan {
  readonly change: RingChange;
  /** The ring that the change made. */
  readonly ring: RingRecord;
  readonly moves: readonly PlannedMove[];
}

/** A change takes milliseconds; after so long somebody changes the ring without end. */
const MAX_RACE_MS = 15_000;
const TURN_POLL_MS = 10;

/**
 * Makes one change. Throws what the edit throws, and CONFLICT when an agent knows a newer ring than the store, or when
 * others were faster for 15 seconds. Whoever lost a race waits for its turn before it plans again.
 */
export async function changeRing(store: Store, request: ChangeRequest): Promise<ChangeResult> {
  const deadlineMs = performance.now() + MAX_RACE_MS;
  const first = await tryChange(store, request);
  if (first !== null) return first;
  const token = randomUUID();
  try {
    for (let hasTurn = false; performance.now() < deadlineMs; ) {
      hasTurn ||= await takeRingTurn(store, token);
      const result = hasTurn ? await tryChange(store, request) : null;
      if (result !== null) return result;
      if (!hasTurn) await sleep(TURN_POLL_MS * (0.5 + Math.random()));
    }
  } finally {
    await endRingTurn(store, token);
  }
  throw new StreamctlError('CONFLICT', `${request.what}: the ring changed again and again meanwhile`, {
    hint: 'Its history says who does; try again when they are done.',
  });
}

/** One change on the ring as it is now; null when somebody else was faster. */
async function tryChange(store: Store, request: ChangeRequest): Promise<ChangeResult | null> {
  const state = await loadRingState(store);
  refuseOldRing(state.ring, request);
  const result = prepare(state, request, Math.round(store.clock.nowMs()));
  if (request.plan) return result;
  const { ring, change, moves, dropped } = result;
  const { written } = await writeRing(store, { expected: state.ring.epoch, ring, change, moves, dropped });
  return written ? result : null;
}

/** What an edit would change and move, and what is still to move where there is none; throws what the edit throws. */
export async function planChange(reader: StoreReader, edit: RingEdit | null): Promise<ChangePlan> {
  const state = await loadRingState(reader);
  if (edit === null) return planRestOf(state);
  return planMovesOfChange(state, applyPatch(state.ring, edit(state.ring)));
}

function prepare(state: RingState, request: ChangeRequest, atMs: number): ChangeResult {
  const after = request.edit(state.ring);
  const ring = applyPatch(state.ring, after);
  const { what, who, from, reason, was } = request;
  const before = readPatch(state.ring, after);
  const kept = was === undefined ? {} : { was };
  const change = { epoch: ring.epoch, atMs, who, from, what, reason, before, after, ...kept };
  return { ...planMovesOfChange(state, ring), change, ring };
}

function refuseOldRing({ epoch }: RingRecord, { what, knownEpoch = 0 }: ChangeRequest): void {
  if (epoch >= knownEpoch) return;
  const found = epoch === 0 ? 'has no ring' : `is at epoch ${epoch}`;
  throw new StreamctlError('CONFLICT', `${what}: the store ${found}, and agents know epoch ${knownEpoch}`, {
    hint: 'The controller puts the newer ring back within seconds; then try again.',
    details: { epoch, knownEpoch },
  });
}
