/** Looks at viewers and cluster again and again while a drill runs, and tells what changed. */
import type { ClusterProbe, ClusterSight, ControlSight } from '../cluster-sight.ts';
import type { DrillClock } from '../drill-clock.ts';
import type { ViewerFleet } from '../viewers/viewer-sight.ts';
import { type Sample, ViewerLog } from './viewer-log.ts';

export interface WatcherDeps {
  readonly clock: DrillClock;
  readonly fleet: ViewerFleet;
  readonly probe: ClusterProbe;
  /** Whether something is broken on purpose now. */
  readonly isBroken: () => boolean;
  readonly onSample: (sample: Sample) => void;
  readonly onSight: (now: ClusterSight, before: ClusterSight | null) => void;
}

const SAMPLE_MS = 100;
/** Between two looks: an agent's report costs its node some milliseconds. */
const LOOK_MS = 400;

export class Watcher {
  readonly log = new ViewerLog();
  /** Oldest first. */
  readonly sights: ClusterSight[] = [];
  /** The longest time that the sampling was late, milliseconds. */
  worstLagMs = 0;
  readonly #deps: WatcherDeps;
  readonly #end = new AbortController();
  /** As the store last told it. */
  #control: ControlSight | null = null;
  #work: Promise<unknown> = Promise.resolve();

  constructor(deps: WatcherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#work = Promise.all([this.#watchViewers(), this.#watchCluster()]);
  }

  /** Takes a sample now. */
  sample(): Sample {
    const { clock, fleet, onSample } = this.#deps;
    const sample = { atMs: clock.nowMs(), viewers: fleet.sight() };
    this.log.add(sample);
    onSample(sample);
    return sample;
  }

  /** Forgets how late the sampling was so far. */
  forgetLag(): void {
    this.worstLagMs = 0;
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#work;
  }

  async #watchViewers(): Promise<void> {
    const { clock } = this.#deps;
    while (!this.#end.signal.aborted) {
      const dueMs = this.sample().atMs + SAMPLE_MS;
      await clock.sleep(SAMPLE_MS, this.#end.signal);
      if (!this.#end.signal.aborted) this.worstLagMs = Math.max(this.worstLagMs, clock.nowMs() - dueMs);
    }
  }

  async #watchCluster(): Promise<void> {
    const { clock, probe, onSight } = this.#deps;
    while (!this.#end.signal.aborted) {
      const sight = await probe.look(this.#deps.isBroken());
      const before = this.sights.at(-1) ?? null;
      this.sights.push(sight);
      // What changed while the store did not answer is told when it does.
      onSight(sight, before && { ...before, control: this.#control });
      this.#control = sight.control ?? this.#control;
      await clock.sleep(LOOK_MS, this.#end.signal);
    }
  }
}
