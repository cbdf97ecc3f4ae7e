/** The faults of one drill: resolved, their undo armed, injected, proven, healed. */
import { toStreamctlError } from '../base/errors.ts';
import type { ClusterSight } from './cluster-sight.ts';
import type { DrillPlan, PlannedFault } from './drill-plan.ts';
import { mayOverlap, refuseEndlessWait } from './fault-order.ts';
import type { Fault } from './faults/fault.ts';
import { checkBlastRadius, sumBlast } from './judge/blast-radius.ts';
import { poll } from './poll.ts';
import type { DrillDeps } from './run-drill.ts';
import type { Story } from './story.ts';
import type { UndoKeeper } from './undo/undo-action.ts';

/** A planned fault, resolved; Unix milliseconds, null while it has not happened. */
export interface CourseFault {
  readonly planned: PlannedFault;
  readonly fault: Fault;
  injectedMs: number | null;
  healedMs: number | null;
  /** When a publisher that was cut off connected again; null while it has not, or nobody can say. */
  returnedMs: number | null;
  armed: boolean;
  healing: boolean;
  /** Why it cannot be said that it bit; null when it can. */
  unproven: string | null;
}

export interface CourseFaultsOptions {
  readonly plan: DrillPlan;
  readonly deps: DrillDeps;
  readonly story: Story;
  /** Ends the waiting for proofs. */
  readonly early: AbortSignal;
  /** Called before the first blow, and after it with its time. */
  readonly onBlow: { before(): void; after(atMs: number): void };
  readonly onKeeperLost: () => void;
}

const BITE_POLL_MS = 50;
/** A publisher whose process takes longer to start and connect counts from the undo. */
const RETURN_LIMIT_MS = 5_000;
/** The undo fires by itself so long after the drill would have healed. */
const UNDO_MARGIN_MS = 30_000;

export class CourseFaults {
  readonly list: CourseFault[] = [];
  /** What could not be undone, in words. */
  readonly unhealed: string[] = [];
  readonly #options: CourseFaultsOptions;
  #keeper: UndoKeeper | null = null;

  constructor(options: CourseFaultsOptions) {
    this.#options = options;
  }

  /** Nodes that can serve nobody now. */
  get lostNow(): readonly string[] {
    const broken = this.list.filter(({ injectedMs, healedMs }) => injectedMs !== null && healedMs === null);
    return broken.flatMap(({ fault }) => fault.lostNodes);
  }

  /**
   * Throws what a fault throws that has no target, USAGE when one waits for a recovery that cannot come, and CONFLICT when
   * together they would break too much.
   */
  async resolve(sight: ClusterSight): Promise<void> {
    const { plan, deps } = this.#options;
    for (const planned of plan.faults) {
      const fault = await deps.resolveFault(planned.settings, sight);
      this.list.push({
        ...{ planned, fault, injectedMs: null, healedMs: null, returnedMs: null },
        ...{ armed: false, healing: false, unproven: null },
      });
    }
    const lasting = this.list.filter(({ fault }) => fault.lasting).map(({ planned }) => planned);
    refuseEndlessWait(plan.faults, lasting);
    for (const { planned } of this.list) {
      const together = this.list.filter((other) => mayOverlap(other.planned, planned));
      const blast = sumBlast(together.map((one) => ({ settings: one.planned.settings, fault: one.fault })));
      checkBlastRadius(blast, sight, plan.limits);
    }
  }

  /**
   * The keeper is another process: from here on the cluster heals whatever happens to this one. A fault whose time is not known
   * yet, for one before it waits for a recovery, is armed just before it comes.
   */
  async arm(): Promise<void> {
    if (this.list.length === 0) return;
    const { deps, onKeeperLost } = this.#options;
    this.#keeper = await deps.startUndo();
    this.#keeper.lost.addEventListener('abort', onKeeperLost, { once: true });
    const waits = this.list.filter(({ planned }) => planned.whenSteady);
    const known = this.list.filter(
      ({ planned }) => !waits.some((other) => other.planned.atMs <= planned.atMs),
    );
    await this.#armAll(known, ({ atMs }) => atMs);
  }

  /** `delayOf`: from now until the fault comes, milliseconds. */
  async #armAll(list: readonly CourseFault[], delayOf: (planned: PlannedFault) => number): Promise<void> {
    const { plan, deps, story } = this.#options;
    const spareMs = plan.limits.biteMs + UNDO_MARGIN_MS;
    let longestMs = 0;
    for (const one of list) {
      const { planned, fault } = one;
      const endsMs = planned.forMs === null ? plan.durationMs : delayOf(planned) + planned.forMs;
      const inMs = endsMs + spareMs;
      const deadlineMs = deps.clock.nowMs() + inMs;
      await this.#keeper!.arm({ id: planned.id, label: fault.label, actions: fault.undo, deadlineMs });
      one.armed = true;
      longestMs = Math.max(longestMs, inMs);
    }
    if (list.length === 0) return;
    const sec = Math.round(longestMs / 1000);
    story.note(
      'armed',
      `armed ${describeNodes(list)}, fires by itself in ${sec} s or when this process ends`,
    );
  }

  async inject(one: CourseFault): Promise<boolean> {
    const { plan, deps, story, early, onBlow } = this.#options;
    if (!one.armed) await this.#armAll([one], () => 0);
    onBlow.before();
    one.injectedMs = deps.clock.nowMs();
    const { atMs, text } = await one.fault.inject();
    one.injectedMs = atMs;
    onBlow.after(atMs);
    story.note('fault', text, atMs);
    const limitMs = plan.limits.biteMs;
    const wait = { clock: deps.clock, limitMs, everyMs: BITE_POLL_MS, signal: early };
    const proof = await poll(() => one.fault.bit(), wait);
    if (proof === null) one.unproven = 'was not seen to bite';
    story.note('bit', proof ?? `not seen within ${limitMs / 1000} s`);
    return proof !== null;
  }

  /** Undoes one fault; does nothing when it was not injected, or is undone already. */
  async heal(one: CourseFault): Promise<void> {
    if (one.injectedMs === null || one.healing) return;
    one.healing = true;
    const { deps, early } = this.#options;
    const { clock } = deps;
    const { lasting } = one.fault;
    if (lasting && !early.aborted && (await one.fault.bit()) === null) one.unproven ??= 'did not last';
    const beganMs = clock.nowMs();
    one.healedMs = beganMs;
    const failed = await this.#keeper!.heal(one.planned.id).catch((error: unknown) => [wordError(error)]);
    this.unhealed.push(...failed.filter((text) => !this.unhealed.includes(text)));
    const sec = ((clock.nowMs() - beganMs) / 1000).toFixed(1);
    const undone = one.fault.undo.length === 0 ? 'nothing to undo' : `undone in ${sec} s`;
    const text = failed.length > 0 ? `not undone: ${failed.join('; ')}` : `${one.fault.label}: ${undone}`;
    this.#options.story.note('healed', text, beganMs);
    void this.#awaitReturn(one, beganMs);
  }

  /** Nothing waits for it: where nobody can say, the undo counts. */
  async #awaitReturn(one: CourseFault, sinceMs: number): Promise<void> {
    const { deps, story, early } = this.#options;
    const { fault } = one;
    if (fault.connectedMs === undefined) return;
    const look = async (): Promise<number | null> => {
      const atMs = (await fault.connectedMs?.()) ?? null;
      return atMs === null || atMs < sinceMs ? null : atMs;
    };
    const wait = { clock: deps.clock, limitMs: RETURN_LIMIT_MS, everyMs: BITE_POLL_MS, signal: early };
    one.returnedMs = await poll(look, wait);
    if (one.returnedMs === null) return;
    const sec = ((one.returnedMs - sinceMs) / 1000).toFixed(1);
    story.note('note', `the publisher connected, ${sec} s after it was started`, one.returnedMs);
  }

  /** Undoes all that is still broken, at once. */
  async healAll(): Promise<void> {
    await Promise.all(this.list.map((one) => this.heal(one)));
  }

  /** Whatever is armed is undone when the keeper closes. */
  async close(): Promise<void> {
    await this.#keeper?.close();
  }
}

function wordError(error: unknown): string {
  const { message, hint } = toStreamctlError(error);
  return hint === undefined ? message : `${message}. ${hint}`;
}

function describeNodes(faults: readonly CourseFault[]): string {
  const nodes = [...new Set(faults.flatMap(({ fault }) => fault.touchedNodes))];
  return nodes.length === 0 ? 'for the publisher' : `on ${nodes.join(', ')}`;
}
