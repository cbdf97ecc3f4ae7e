/** A make-believe cluster with viewers, for the engine of drills: what breaks, and how well it holds, is up to the test. */
import type { ClusterSight } from '../../src/lib/drill/cluster-sight.ts';
import { DEFAULT_LIMITS, DEFAULT_STOPS, type DrillPlan } from '../../src/lib/drill/drill-plan.ts';
import type { Fault } from '../../src/lib/drill/faults/fault.ts';
import type { DrillEvent } from '../../src/lib/drill/journal.ts';
import type { DrillDeps, DrillIdentity } from '../../src/lib/drill/run-drill.ts';
import type { Joining, ViewerFleet, ViewerSight } from '../../src/lib/drill/viewers/viewer-sight.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface FakeBehaviour {
  /** Milliseconds without a picture of each viewer of the broken region, from the fault on. */
  readonly deadAirMs?: number;
  /** The fault is never seen to bite. */
  readonly toothless?: boolean;
  /** The fault ends by itself so long after it was injected. */
  readonly fleetingMs?: number;
  /** The region stays broken after the heal. */
  readonly unhealable?: boolean;
  /** Nothing is well to begin with. */
  readonly sick?: boolean;
  /** The undo process dies so long after the fault. */
  readonly keeperDiesMs?: number;
  /** It is a publisher that is cut off, which connects so long after the heal. */
  readonly connectsMs?: number;
  /** The other region suffers, too. */
  readonly spreads?: boolean;
}

const BROKEN_REGION = 'eu';

export class FakeDrill {
  readonly clock = new VirtualClock();
  readonly events: DrillEvent[] = [];
  /** What was asked of fault and undo, in order. */
  readonly calls: string[] = [];
  readonly fleet: FakeFleet;
  faultMs: number | null = null;
  broken = false;
  #healedMs: number | null = null;
  readonly #behaviour: FakeBehaviour;
  readonly #lost = new AbortController();

  constructor(behaviour: FakeBehaviour = {}) {
    this.#behaviour = behaviour;
    this.fleet = new FakeFleet(this.clock, (viewer) => this.#deadAirOf(viewer));
  }

  get deps(): DrillDeps {
    return {
      clock: this.clock,
      fleet: this.fleet,
      witnesses: [],
      probe: { look: async () => this.#sight() },
      journal: { note: (event) => this.events.push(event) },
      resolveFault: async () => this.#fault(),
      startUndo: async () => {
        this.calls.push('keeper started');
        return {
          lost: this.#lost.signal,
          arm: async ({ id }) => void this.calls.push(`armed ${id}`),
          heal: async (id) => {
            this.calls.push(`healed ${id}`);
            this.#healedMs = this.clock.nowMs();
            if (this.#behaviour.unhealable !== true) this.broken = false;
            return [];
          },
          close: async () => void this.calls.push('keeper closed'),
        };
      },
      random: () => 0.5,
    };
  }

  #fault(): Fault {
    return {
      label: 'eu: kill everything',
      lostNodes: ['eu-1'],
      touchedNodes: ['eu-1'],
      lasting: true,
      mediaNodes: ['eu-1'],
      undo: [{ kind: 'boot', node: 'eu-1' }],
      inject: async () => {
        this.calls.push('injected');
        this.broken = true;
        this.faultMs ??= this.clock.nowMs();
        const { keeperDiesMs } = this.#behaviour;
        if (keeperDiesMs !== undefined) this.clock.at(this.faultMs + keeperDiesMs, () => this.#lost.abort());
        return { atMs: this.clock.nowMs(), text: 'eu: 1 node killed' };
      },
      ...(this.#behaviour.connectsMs === undefined ? {} : { connectedMs: async () => this.#connectedMs() }),
      bit: async () => (this.#bites() ? 'eu refuses connections' : null),
    };
  }

  /** Before the heal: of the connection that was cut off. */
  #connectedMs(): number | null {
    if (this.#healedMs === null) return this.faultMs! - 60_000;
    const atMs = this.#healedMs + (this.#behaviour.connectsMs ?? 0);
    return this.clock.nowMs() < atMs ? this.faultMs! - 60_000 : atMs;
  }

  #bites(): boolean {
    const { toothless, fleetingMs = Number.POSITIVE_INFINITY } = this.#behaviour;
    return !toothless && this.clock.nowMs() - this.faultMs! < fleetingMs;
  }

  #sight(): ClusterSight {
    const isDown = (name: string): boolean =>
      this.#behaviour.sick === true || (this.broken && name === 'eu-1');
    const nodes = (['us-1', 'eu-1'] as const).map((name) => ({
      name,
      region: name.slice(0, 2),
      roles: ['origin', 'edge'] as const,
      health: isDown(name) ? ('down' as const) : ('up' as const),
      reasons: [],
    }));
    const replicas = nodes.map(({ name, region, health }) => ({
      node: name,
      region,
      health,
      reasons: [],
      shed: [],
    }));
    return {
      atMs: this.clock.nowMs(),
      nodes,
      state: 'live',
      replicas,
      feeds: [],
      ingests: 1,
      unequal: [],
      control: null,
    };
  }

  #deadAirOf({ region }: { region: string }): number {
    const { deadAirMs = 0, spreads } = this.#behaviour;
    if (this.faultMs === null || (region !== BROKEN_REGION && !spreads)) return 0;
    return Math.min(deadAirMs, this.clock.nowMs() - this.faultMs);
  }
}

class FakeFleet implements ViewerFleet {
  closed = false;
  readonly #clock: VirtualClock;
  readonly #deadAirOf: (viewer: { region: string }) => number;
  readonly #members: { id: number; region: string; joinedMs: number }[] = [];
  readonly #last = new Map<number, number>();

  constructor(clock: VirtualClock, deadAirOf: (viewer: { region: string }) => number) {
    this.#clock = clock;
    this.#deadAirOf = deadAirOf;
  }

  join({ region, count }: Joining): void {
    for (let one = 0; one < count; one++) {
      this.#members.push({ id: this.#members.length, region, joinedMs: this.#clock.nowMs() });
    }
  }

  sight(): readonly ViewerSight[] {
    return this.#members.map((member) => {
      const deadAirMs = this.#deadAirOf(member);
      const stalled = deadAirMs > (this.#last.get(member.id) ?? 0);
      this.#last.set(member.id, deadAirMs);
      return {
        ...member,
        playsFrom: null,
        startupMs: 300,
        state: stalled ? ('stalled' as const) : ('playing' as const),
        aheadMs: stalled ? 0 : 1200,
        liveEdgeSec: 1.8,
        deadAirMs,
        ...{ errors: 0, requests: 10, missingFrames: 0, repeatedFrames: 0 },
      };
    });
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

export const FAKE_IDENTITY: DrillIdentity = {
  id: 'a-drill',
  cluster: 'fake',
  regions: ['us', 'eu'],
  segmentMs: 2000,
  behindSec: 3,
};

export function fakePlan(more: Partial<DrillPlan> = {}): DrillPlan {
  return {
    drill: 'fail-region',
    target: 'eu',
    stream: 'demo',
    viewers: 10,
    durationMs: 10_000,
    faults: [
      { id: '1', atMs: 0, forMs: null, whenSteady: false, settings: { kind: 'kill-nodes', nodes: ['eu-1'] } },
    ],
    joins: [],
    expectations: {
      deadAirP99Ms: { must: 999, aim: 0 },
      liveEdgeRiseSec: { must: 0.5, aim: 0.1 },
      ...{ startupP95Ms: null, detectMs: null, switchMs: null, replaceMs: null },
      ...{ slateMs: null, returnMs: null, slateForMs: null, handoverMs: null },
    },
    stops: DEFAULT_STOPS,
    limits: DEFAULT_LIMITS,
    ...more,
  };
}
