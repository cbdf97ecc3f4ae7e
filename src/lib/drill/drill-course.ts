/** The phases of one drill, each a method in the order of run-drill.ts, and what they hand on. */
import { StreamctlError } from '../base/errors.ts';
import { formatCount } from '../health/format-count.ts';
import { wordStolenTime } from '../health/stolen-time.ts';
import { awaitSteady } from './await-steady.ts';
import type { ClusterSight } from './cluster-sight.ts';
import { CourseFaults } from './course-faults.ts';
import type { DrillPlan } from './drill-plan.ts';
import type { SteadyResult } from './drill-result.ts';
import { isServing } from './judge/serving.ts';
import { type SteadyVerdict, type SteadyWanted, wordSteady } from './judge/steady-state.ts';
import { StopWatch } from './judge/stop-conditions.ts';
import { poll } from './poll.ts';
import type { DrillDeps, DrillIdentity } from './run-drill.ts';
import { Story } from './story.ts';
import { walkSteps } from './walk-steps.ts';
import { CrowdTeller, describeChanges } from './watch/describe-changes.ts';
import { MoveWatch } from './watch/move-watch.ts';
import { medianLiveEdge, type Sample } from './watch/viewer-log.ts';
import { Watcher } from './watch/watcher.ts';

/** Why a drill ended early. `harm`: it hurts more than it was meant to, or goes on for nothing. */
export interface Stop {
  readonly why: 'person' | 'keeper' | 'harm';
  readonly text: string;
}

/** The world just before the fault. */
export interface Before {
  readonly steady: SteadyResult;
  readonly sample: Sample;
  readonly sight: ClusterSight;
}

const POLL_MS = 100;
/** Viewers of a drill arrive one after the other, so that their arrival is no load test; all within this. */
const ARRIVAL_EACH_MS = 20;
const ARRIVAL_MS = 2_000;
/** After the recovery, time for players to catch up with live, and how near to the distance before is near enough. */
const SETTLE_MS = 10_000;
const SETTLED_SEC = 0.1;

export class DrillCourse {
  readonly plan: DrillPlan;
  readonly deps: DrillDeps;
  readonly identity: DrillIdentity;
  readonly watcher: Watcher;
  readonly story: Story;
  readonly faults: CourseFaults;
  readonly startedMs: number;
  before: Before | null = null;
  after: SteadyResult | null = null;
  /** Unix milliseconds of the first blow. */
  faultMs: number | null = null;
  healedMs: number | null = null;
  /** From the heal until the steady state held. */
  recoveredMs: number | null = null;
  stopped: Stop | null = null;
  moves: MoveWatch | null = null;
  readonly #signal: AbortSignal;
  /** Aborts with whatever ends the measuring early. */
  readonly #early = new AbortController();
  readonly #crowd = new CrowdTeller();
  #stops: StopWatch | null = null;

  constructor(
    plan: DrillPlan,
    deps: DrillDeps,
    { identity, signal }: { identity: DrillIdentity; signal: AbortSignal },
  ) {
    this.plan = plan;
    this.deps = deps;
    this.identity = identity;
    this.startedMs = deps.clock.nowMs();
    this.story = new Story(deps.clock, deps.journal);
    this.watcher = new Watcher({
      ...deps,
      isBroken: () => this.faults.lostNow.length > 0,
      onSample: (sample) => this.#take(sample),
      onSight: (now, was) => {
        if (was !== null && this.faultMs !== null) this.story.tell(describeChanges(now, was));
      },
    });
    this.faults = new CourseFaults({
      ...{ plan, deps, story: this.story, early: this.#early.signal },
      onBlow: {
        before: () => this.#markBefore(),
        after: (atMs) => {
          this.faultMs ??= atMs;
        },
      },
      onKeeperLost: () => this.#stop({ why: 'keeper', text: 'the process that keeps the undo was lost' }),
    });
    this.#signal = signal;
    const byPerson = (): void => this.#stop({ why: 'person', text: 'stopped by a person' });
    if (signal.aborted) byPerson();
    else signal.addEventListener('abort', byPerson, { once: true });
  }

  /** Begins to watch, with the viewers spread over all regions. */
  async gatherViewers(): Promise<void> {
    await Promise.all(this.deps.witnesses.map((witness) => witness.start()));
    this.#join(null, this.plan.viewers, Math.min(ARRIVAL_MS, ARRIVAL_EACH_MS * this.plan.viewers));
    this.watcher.start();
  }

  /** Throws UNHEALTHY when it does not come in time: then nothing was touched. */
  async awaitSteadyState(): Promise<void> {
    const { steadyMs } = this.plan.limits;
    await this.#poll(() => this.watcher.sights.at(-1) ?? null, steadyMs, this.#signal);
    const { faults } = await this.#awaitSteady(steadyMs);
    this.#throwIfStopped();
    if (faults.length > 0) {
      const machines = [wordStolenTime(this.watcher.sights.at(-1)?.nodes ?? [])].filter(
        (word) => word !== null,
      );
      throw new StreamctlError('UNHEALTHY', `drill ${this.#title}: no steady state to begin with`, {
        hint: 'Look at streamctl status; a drill only starts when all is well.',
        details: { facts: { 'not steady': [...faults, ...machines].join('\n') } },
      });
    }
    const sample = this.watcher.sample();
    const steady = { ok: true, text: this.#word(sample) };
    this.before = { steady, sample, sight: this.watcher.sights.at(-1)! };
    this.story.note('steady', steady.text);
  }

  /** Injects and heals as planned; returns when the time is over or something ended it early. */
  async breakAndMeasure(): Promise<void> {
    const { clock, random } = this.deps;
    // A fault at another moment of the segment is another fault.
    await clock.sleep(random() * this.identity.segmentMs, this.#early.signal);
    this.#throwIfStopped();
    this.watcher.forgetLag();
    this.#stops = new StopWatch(this.plan.stops, this.#touchedRegions());
    const lost = this.faults.list.flatMap(({ fault }) => fault.lostNodes);
    this.moves = new MoveWatch(this.before!.sight, lost);
    const beganMs = clock.nowMs();
    if (this.faults.list.length === 0) {
      this.#markBefore();
      this.faultMs = beganMs;
    }
    await walkSteps({
      ...{ plan: this.plan, deps: this.deps, faults: this.faults, beganMs, early: this.#early.signal },
      awaitSteady: async () =>
        (await this.#awaitSteady(this.plan.limits.recoveryMs, this.#early.signal)).faults,
      welcome: ({ region, count, withinMs }) => {
        this.story.note('viewers', `${formatCount(count, 'viewer')} join within ${withinMs / 1000} s`);
        this.#join(region, count, withinMs);
      },
      stop: (text) => this.#stop({ why: 'harm', text }),
    });
    await this.#sleepUntil(beganMs + this.plan.durationMs);
  }

  async heal(): Promise<void> {
    await this.faults.healAll();
    const healed = this.faults.list.flatMap(({ healedMs }) => (healedMs === null ? [] : [healedMs]));
    this.healedMs = healed.length === 0 ? this.deps.clock.nowMs() : Math.max(...healed);
  }

  /** Waits for the steady state, and for players to catch up; when a person stopped the drill nobody waits. */
  async awaitRecovery(): Promise<void> {
    if (this.#signal.aborted) return;
    const { recoveryMs } = this.plan.limits;
    const { faults, sinceMs } = await this.#awaitSteady(recoveryMs);
    if (this.#signal.aborted) return;
    if (faults.length > 0) {
      this.after = { ok: false, text: faults.join('; ') };
      this.story.note('steady', `not steady ${recoveryMs / 1000} s after the heal: ${this.after.text}`);
      return;
    }
    this.recoveredMs = Math.max(0, Math.round(sinceMs - this.healedMs!));
    this.story.note('recovered', `steady again ${(this.recoveredMs / 1000).toFixed(1)} s after the heal`);
    const wasSec = medianLiveEdge(this.before!.sample.viewers) ?? 0;
    const settled = (): true | null => {
      const nowSec = medianLiveEdge(this.watcher.log.latest?.viewers ?? []);
      return nowSec === null || nowSec <= wasSec + SETTLED_SEC ? true : null;
    };
    await this.#poll(settled, SETTLE_MS, this.#signal);
    this.after = { ok: true, text: this.#word(this.watcher.sample()) };
  }

  /** Ends everything; what is still armed is undone. */
  async close(): Promise<void> {
    await this.faults.close();
    await this.watcher.close();
    await Promise.all([this.deps.fleet, ...this.deps.witnesses].map((one) => one.close()));
  }

  #word(sample: Sample): string {
    return wordSteady(sample, this.watcher.sights.at(-1), this.identity.regions);
  }

  #join(region: string | null, count: number, withinMs: number): void {
    const regions = region === null ? this.identity.regions : [region];
    regions.forEach((name, index) => {
      const share = Math.floor(count / regions.length) + (index < count % regions.length ? 1 : 0);
      if (share > 0)
        this.deps.fleet.join({ region: name, count: share, withinMs, avoid: this.faults.lostNow });
    });
  }

  #markBefore(): void {
    if (this.faultMs !== null) return;
    const { steady } = this.before!;
    this.before = { steady, sample: this.watcher.sample(), sight: this.watcher.sights.at(-1)! };
  }

  #take(sample: Sample): void {
    if (this.faultMs === null) return;
    this.moves?.take(sample);
    const told = this.#crowd.take(sample);
    if (told !== null) this.story.tell([told]);
    const why = this.healedMs === null ? (this.#stops?.take(sample) ?? null) : null;
    if (why !== null) this.#stop({ why: 'harm', text: why });
  }

  #stop(stop: Stop): void {
    if (this.#early.signal.aborted) return;
    this.stopped = stop;
    if (this.faultMs !== null) this.story.note('stopped', stop.text);
    this.#early.abort();
  }

  #throwIfStopped(): void {
    if (this.stopped === null) return;
    const code = this.stopped.why === 'person' ? 'INTERRUPTED' : 'ENVIRONMENT';
    throw new StreamctlError(code, `drill ${this.#title}: ${this.stopped.text}; nothing was broken`);
  }

  /** Before: every node up, and a replica at least. After: what there was before. */
  #wanted(): SteadyWanted {
    const sight = this.before?.sight ?? this.watcher.sights.at(-1);
    const nodes = sight?.nodes ?? [];
    const replicas = sight?.replicas.filter(isServing).length ?? 0;
    const { viewers, faults, limits } = this.plan;
    return {
      viewers,
      calmMs: limits.calmMs,
      replicas: Math.max(1, replicas),
      // A publisher that is in at two regions is in at two again, or the next loss is not survived.
      ingests: sight?.ingests ?? 0,
      followers: sight?.control?.followers ?? 0,
      nodesUp: nodes.map(({ name }) => name),
      // After a stall players keep farther from live, up to a segment: that is judged, and no fault of the cluster.
      behindSec: this.identity.behindSec + (this.before === null ? 0 : this.identity.segmentMs / 1000),
      mayHaveFinished: faults.some(({ settings }) => settings.kind === 'drop-publisher'),
    };
  }

  async #awaitSteady(limitMs: number, signal = this.#signal): Promise<SteadyVerdict> {
    const { clock, witnesses } = this.deps;
    const { watcher } = this;
    return await awaitSteady(this.#wanted(), { clock, witnesses, watcher, limitMs, signal });
  }

  async #sleepUntil(atMs: number): Promise<void> {
    const restMs = atMs - this.deps.clock.nowMs();
    if (restMs > 0) await this.deps.clock.sleep(restMs, this.#early.signal);
  }

  async #poll<T>(
    look: () => T | null | Promise<T | null>,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<T | null> {
    return await poll(look, { clock: this.deps.clock, limitMs, everyMs: POLL_MS, signal });
  }

  #touchedRegions(): Set<string> {
    const touched = this.faults.list.flatMap(({ fault }) => fault.touchedNodes);
    const nodes = this.before!.sight.nodes.filter(({ name }) => touched.includes(name));
    return new Set(nodes.map(({ region }) => region));
  }

  get #title(): string {
    return this.plan.target === null ? this.plan.drill : `${this.plan.drill} ${this.plan.target}`;
  }
}
