/** Listens for nodes' heartbeats and has silent ones looked at; what it all means is for judge-node.ts. */
import type { Clock } from '../base/clock.ts';
import type { Sight } from '../health/look-at-origin.ts';
import type { Peer } from '../nodes/node-config.ts';
import { type Heartbeat, loadHeartbeats, loadNodeSigns, type NodeSigns } from '../store/heartbeats.ts';
import type { NodeVerdict, RingNode } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';
import { chooseObservers, type Observer } from './choose-observers.ts';
import type { Reported } from './compare-replicas.ts';
import { Glances, LOOK_EVERY_MS } from './glances.ts';
import { isHeard, isSuspect, judgeNode, type Look, SUSPECT_MS } from './judge-node.ts';

export interface NodeWatchDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** This node: looks by itself. */
  readonly self: string;
  readonly observe: (peer: Peer) => Promise<Sight>;
  /** Asks another agent to look; null when it does not answer. */
  readonly ask: (observer: Peer, node: string) => Promise<Sight | null>;
}

export interface NodesToJudge {
  /** Of the ring, and that run something. */
  readonly names: ReadonlySet<string>;
  readonly ringNodes: readonly RingNode[];
  readonly peers: readonly Peer[];
  readonly before: ReadonlyMap<string, NodeVerdict>;
  readonly isSettled: boolean;
}

/** What a node said, when it was read, and when it was said at the earliest. */
interface Said {
  readonly readMs: number;
  readonly saidMs: number;
  readonly byStream: ReadonlyMap<string, Reported>;
}

/** Looks under way at once: a lost region must not start a flood. */
const MAX_LOOKING = 64;
/** Heartbeats come each second. */
const HEARTBEAT_FRESH_MS = 700;
/** A sign of life that is older is late: then the node is judged again at the moment that it becomes suspect. */
const LATE_MS = 260;

/** One controller's view of the nodes. */
export class NodeWatch {
  readonly #deps: NodeWatchDeps;
  readonly #watched = new Map<string, Glances>();
  readonly #said = new Map<string, Said>();
  #signs: ReadonlyMap<string, NodeSigns> = new Map();
  #listenedMs = 0;
  #turn = 0;

  constructor(deps: NodeWatchDeps) {
    this.#deps = deps;
  }

  /** Forgets what was seen: the time since is not known. */
  reset(): void {
    this.#watched.clear();
    this.#said.clear();
  }

  /** Reads how long ago each node said something. Throws when the store does not answer. */
  async listen(nodes: readonly string[]): Promise<void> {
    this.#listenedMs = this.#deps.clock.nowMs();
    this.#signs = await loadNodeSigns(this.#deps.store, nodes);
  }

  /** Whether a node's last sign of life is recent. */
  hears(node: string): boolean {
    return isHeard(this.#silentMs(node));
  }

  /** Reads what these nodes say of their pipelines. Throws when the store does not answer. */
  async readReports(nodes: readonly string[]): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    const old = nodes.filter((node) => nowMs - (this.#said.get(node)?.readMs ?? 0) >= HEARTBEAT_FRESH_MS);
    const found = await loadHeartbeats(this.#deps.store, old);
    for (const node of old) this.#said.delete(node);
    for (const heartbeat of found) {
      const saidMs = this.#listenedMs - (this.#signs.get(heartbeat.node)?.saidMs ?? nowMs);
      this.#said.set(heartbeat.node, { readMs: nowMs, saidMs, byStream: byStream(heartbeat) });
    }
  }

  /** What a node says of a stream, of those that were read; null when it is not heard. */
  reported(node: string, stream: string): Reported {
    return this.hears(node) ? (this.#said.get(node)?.byStream.get(stream) ?? null) : null;
  }

  /** When a node said what was read of it, Unix milliseconds; 0 for one that was not read. */
  saidMs(node: string): number {
    return this.#said.get(node)?.saidMs ?? 0;
  }

  /** Judges every node, and begins to have the silent ones looked at; `onLook` is told of each answer. */
  judge(nodes: NodesToJudge, onLook: () => void): Map<string, NodeVerdict> {
    const nowMs = this.#deps.clock.nowMs();
    const peers = new Map(nodes.peers.map((peer) => [peer.name, peer]));
    const members = new Map(nodes.ringNodes.map((member) => [member.name, member]));
    const verdicts = new Map<string, NodeVerdict>();
    const hearsMost = this.#hearsMost(nodes.peers);
    for (const node of nodes.names) {
      const before = nodes.before.get(node) ?? null;
      const known = peers.get(node) ?? members.get(node);
      const region = known?.region ?? '';
      const judgement = judgeNode({
        node,
        region,
        silentMs: this.#silentMs(node),
        looks: this.#watched.get(node)?.answers ?? [],
        hasOtherRegions: nodes.peers.some((one) => one.region !== region),
        hearsMost,
        isMember: known !== undefined,
        isListed: peers.has(node),
        isSettled: nodes.isSettled,
        before,
      });
      const since = before?.state === judgement.state ? before.sinceMs : Math.round(nowMs);
      verdicts.set(node, { node, ...judgement, sinceMs: since });
      if (!isSuspect(this.#silentMs(node))) this.#watched.delete(node);
      else if (known !== undefined && judgement.state !== 'down') this.#look(known, nodes.peers, onLook);
    }
    this.#awaitSuspects(nodes.names, onLook);
    return verdicts;
  }

  #hearsMost(peers: readonly Peer[]): boolean {
    const regions = new Set(peers.map(({ region }) => region));
    const heard = new Set(
      peers.filter(({ name }) => !isSuspect(this.#silentMs(name))).map(({ region }) => region),
    );
    return regions.size < 3 || heard.size > regions.size / 2;
  }

  #silentMs(node: string): number | null {
    return this.#signs.get(node)?.silentMs ?? null;
  }

  /** Has all judged again when the first of those whose sign is late becomes suspect. */
  #awaitSuspects(names: ReadonlySet<string>, onLook: () => void): void {
    const late = [...names].flatMap((node) => {
      const silentMs = this.#silentMs(node);
      return silentMs === null || silentMs < LATE_MS || isSuspect(silentMs) ? [] : [SUSPECT_MS - silentMs];
    });
    if (late.length > 0) setTimeout(onLook, Math.min(...late)).unref();
  }

  #look(node: Observer, peers: readonly Peer[], onLook: () => void): void {
    const nowMs = this.#deps.clock.nowMs();
    const glances = this.#watched.get(node.name) ?? new Glances();
    const underWay = [...this.#watched.values()].reduce((sum, each) => sum + each.underWay, 0);
    if (!glances.isDue(nowMs) || underWay >= MAX_LOOKING) return;
    this.#watched.set(node.name, glances);
    const end = glances.begin(nowMs);
    void this.#askAll(node, peers).then((answers) => {
      end(answers);
      onLook();
    });
    if (glances.isFirst) setTimeout(onLook, LOOK_EVERY_MS).unref();
  }

  /** What observers see of a node. Of one that is not in its list of nodes, which may be old, an observer sees nothing. */
  async #askAll(node: Observer, peers: readonly Peer[]): Promise<readonly Look[]> {
    const { self, observe, ask } = this.#deps;
    const peer = peers.find(({ name }) => name === node.name);
    const look = async (): Promise<Sight | null> => (peer === undefined ? null : await observe(peer));
    const heard = peers.filter(({ name }) => !isSuspect(this.#silentMs(name)));
    const observers = chooseObservers(node, heard, this.#turn++);
    const looks = observers.map(async ({ name, region }): Promise<Look | null> => {
      const observer = peers.find((one) => one.name === name)!;
      const saw = await (name === self ? look() : ask(observer, node.name));
      return saw === null ? null : { observer: name, region, saw };
    });
    return (await Promise.all(looks)).filter((look) => look !== null);
  }
}

function byStream({ replicas }: Heartbeat): ReadonlyMap<string, Reported> {
  return new Map((Array.isArray(replicas) ? replicas : []).map((report) => [report.stream, report]));
}
