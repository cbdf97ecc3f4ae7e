/** A cluster as an upgrade sees it: nodes with programs, replicas that make the same segments, and a clock that turns by itself. */
import type { NodeAnswer } from '../../src/lib/health/node-answer.ts';
import type { AgentReport, ReplicaReport } from '../../src/lib/health/report.ts';
import type { Peer, Role } from '../../src/lib/nodes/node-config.ts';
import type { UpgradeJournal } from '../../src/lib/upgrade/journal.ts';
import type { UpgradeDeps } from '../../src/lib/upgrade/run-upgrade.ts';
import type { UpgradeHands } from '../../src/lib/upgrade/upgrade-hands.ts';

const SEGMENT_MS = 1000;
const PORTS = { rtmp: 1, http: 2, origin: 3, agent: 4, contribution: 5, redis: 6, sentinel: 26379 };

export function fakePeer(name: string, roles: readonly Role[]): Peer {
  return { name, region: name.split('-')[0]!, address: name, roles, ports: PORTS, weight: 1 };
}

export interface FakeNode {
  readonly peer: Peer;
  program: string;
  /** Program of each pipeline, by stream. */
  readonly pipelines: Map<string, string>;
  published: string[];
  isUp: boolean;
}

/** What a program does wrong. */
export type Ailment = 'does not start' | 'makes other segments' | 'makes no media';

export class FakeUpgrade implements UpgradeHands {
  readonly nodes: FakeNode[];
  readonly ailments = new Map<string, Ailment>();
  /** Everything that was done, in order. */
  readonly log: string[] = [];
  journal: UpgradeJournal | null = null;
  readonly #startMs = performance.now();

  constructor(nodes: readonly FakeNode[]) {
    this.nodes = [...nodes];
  }

  deps(more: Partial<UpgradeDeps> = {}): UpgradeDeps {
    return {
      hands: this,
      signal: new AbortController().signal,
      interrupts: false,
      say: () => {},
      journal: this.journal,
      without: [],
      save: async (journal) => {
        this.journal = journal;
      },
      nowMs: this.nowMs,
      passed: () => {},
      limits: { gateMs: 300, readyMs: 100, pollMs: 5 },
      ...more,
    };
  }

  /** A hundred times as fast as a clock. */
  readonly nowMs = (): number => 1_000_000_000 + (performance.now() - this.#startMs) * 100;

  async programOf({ name }: Peer): Promise<string> {
    return this.#node(name).program;
  }

  async runsWholly(peer: Peer, digest: string): Promise<boolean> {
    return this.#node(peer.name).program === digest && (await this.stalePipelines(peer)).length === 0;
  }

  async switchUnits({ name }: Peer, digest: string): Promise<void> {
    const node = this.#node(name);
    this.log.push(`${name} units ${digest}`);
    node.program = digest;
    node.isUp = this.ailments.get(digest) !== 'does not start';
    if (!node.isUp) throw new Error(`start agent on ${name}: exited with 1`);
  }

  async stalePipelines({ name }: Peer): Promise<string[]> {
    const { pipelines, program } = this.#node(name);
    return [...pipelines].filter(([, digest]) => digest !== program).map(([stream]) => stream);
  }

  async switchPipeline({ name }: Peer, stream: string): Promise<boolean> {
    const node = this.#node(name);
    this.log.push(`${name} ${stream} ${node.program}`);
    node.pipelines.set(stream, node.program);
    return true;
  }

  segmentMs(): number {
    return SEGMENT_MS;
  }

  async lastLines(): Promise<readonly string[]> {
    return ['what it said last'];
  }

  async play({ name }: Peer, stream: string): Promise<void> {
    this.log.push(`${name} plays ${stream}`);
  }

  async look(): Promise<readonly NodeAnswer[]> {
    return this.nodes.map((node) => this.#answer(node));
  }

  #node(name: string): FakeNode {
    return this.nodes.find(({ peer }) => peer.name === name)!;
  }

  #answer({ peer, isUp, pipelines, published }: FakeNode): NodeAnswer {
    if (!isUp)
      return { peer, reach: 'refused', agent: null, origin: null, why: 'it refuses', clockSkewMs: null };
    const agent = {
      health: 'up',
      reasons: [],
      replicas: [...pipelines].map(([stream, digest]) => this.#replica(stream, digest)),
      sessions: published.map((stream) => ({ stream, sessionId: 1, clientAddress: '' })),
    } as unknown as AgentReport;
    return { peer, reach: 'agent', agent, origin: null, why: '', clockSkewMs: 0 };
  }

  #replica(stream: string, digest: string): ReplicaReport {
    const ailment = this.ailments.get(digest);
    const msn = Math.floor(this.nowMs() / SEGMENT_MS);
    const frames = ailment === 'makes other segments' ? 24 : 25;
    const marks = [3, 2, 1].map((back) => ({ msn: msn - back, startTicks: (msn - back) * 100, frames }));
    return {
      stream,
      as: 'replica',
      state: ailment === 'makes no media' ? 'starting' : 'live',
      fresh: ailment !== 'makes no media',
      tracks: { low: 'video avc1 abc', audio: 'audio mp4a def' },
      segments: marks,
      lastMsn: msn,
    };
  }
}
