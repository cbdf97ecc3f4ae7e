/**
 * Tells players without the hedged loader where else a stream may be had, and which edge to prefer: HLS content steering
 * (RFC 8216bis section 7). Each edge does it for the players that began there, from its own configuration and from what the
 * other edges say of themselves: agents and store are not needed.
 *
 * It moves nobody by force. A player that hears nothing goes by its own errors.
 */
import type { EdgeState } from '../../hedge/pathway.ts';
import type { PathwayVariants } from '../../hls/with-pathways.ts';
import type { Peer, SteeringMove } from '../../nodes/node-config.ts';
import { edgeUrl } from '../../spec/public-urls.ts';
import type { HostedStream } from '../hosted-stream.ts';
import type { HostedStreams } from '../hosted-streams.ts';
import { chooseOthers } from './choose-pathways.ts';
import { choosePriority, type SteeredPathway } from './choose-priority.ts';
import { Departures } from './departures.ts';
import { PathwayLooks } from './pathway-looks.ts';

export interface SteeringDeps {
  readonly node: string;
  readonly streams: HostedStreams;
  nowMs(): number;
  peers(): readonly Peer[];
  /** The operator's planned moves. */
  moves(): readonly SteeringMove[];
  getText(url: string, timeoutMs: number): Promise<string>;
}

/** A steering manifest, as players get it. */
export interface SteeringManifest {
  readonly VERSION: 1;
  /** Seconds until the player asks again. */
  readonly TTL: number;
  readonly 'RELOAD-URI': string;
  readonly 'PATHWAY-PRIORITY': readonly string[];
  /** The same without regard to health, for the hedged loader, which sees by itself who is well. */
  readonly 'X-STREAMCTL-PLANNED': readonly string[];
}

export interface SteeringQuery {
  /** The edge at which the player began. */
  readonly home: string;
  readonly inUse: string | null;
  /** 0 to 99; null: it has none yet. */
  readonly bucket: number | null;
  /** Edges that it left, and why (`Departures`). */
  readonly left: string;
}

/** Between 5 and 10 s; of each answer's own, so that a region's players do not come back in step. */
const MIN_TTL_SEC = 5;
const TTL_SPREAD_SEC = 3;
const BUCKETS = 100;
/** Media that is older is not new: three parts of the longest kind. */
const FRESH_MS = 3000;

export class Steering {
  readonly #deps: SteeringDeps;
  readonly #looks: PathwayLooks;
  readonly departures = new Departures();

  constructor(deps: SteeringDeps) {
    this.#deps = deps;
    this.#looks = new PathwayLooks(deps);
  }

  /** What this edge says of itself and a stream, for others. */
  stateOf(hosted: HostedStream | undefined): EdgeState {
    const nowMs = this.#deps.nowMs();
    const partMs = hosted?.live.ended ? hosted.endKnownMs() : (hosted?.live.lastPartMs() ?? null);
    return {
      mediaAgeMs: partMs === null ? null : Math.max(0, Math.round(nowMs - partMs)),
      load: this.load(),
    };
  }

  /** Viewers of all streams here, those who have just come counted whole, of the most that there should be; 0: no limit. */
  load(): number {
    const { node, peers, streams, nowMs } = this.#deps;
    const most = peers().find(({ name }) => name === node)?.viewers;
    if (most === undefined) return 0;
    const viewers = [...streams.all()].reduce((sum, hosted) => sum + hosted.viewers.expected(nowMs()), 0);
    return viewers / most;
  }

  /** The pathways of the multivariant playlist, home first; none where there is one edge alone. */
  async pathways(stream: string): Promise<PathwayVariants | null> {
    const { node, peers } = this.#deps;
    const others = chooseOthers(node, peers());
    if (others.length === 0) return null;
    return {
      home: node,
      others: others.map((edge) => ({ name: edge.name, baseUri: `${edgeUrl(edge)}/live/${stream}/` })),
      first: this.load() < 1 ? node : await this.#firstOfFull(stream),
      serverUri: `steering.json?home=${encodeURIComponent(node)}`,
    };
  }

  /** With which pathway a player begins while this edge is full: with one that is well and has room, if there is one. */
  async #firstOfFull(stream: string): Promise<string> {
    const { node, peers } = this.#deps;
    const self = peers().find(({ name }) => name === node)!;
    const edges = [self, ...chooseOthers(node, peers())];
    const [home, ...others] = await Promise.all(edges.map((edge) => this.#see(edge, stream)));
    const newcomer = { inUse: null, bucket: 0, moves: [], random: 0 };
    return choosePriority({ home: home!, others, ...newcomer }).priority[0]!;
  }

  /** Answers a player; null when its home is no edge of this cluster. */
  async answer(stream: string, query: SteeringQuery): Promise<SteeringManifest | null> {
    const { peers, moves } = this.#deps;
    const homeEdge = peers().find(({ name, roles }) => name === query.home && roles.includes('edge'));
    if (homeEdge === undefined) return null;
    if (query.left !== '') {
      const names = new Set(peers().flatMap(({ name, roles }) => (roles.includes('edge') ? [name] : [])));
      this.departures.hear(query.left, names, this.#deps.nowMs());
    }
    const edges = [homeEdge, ...chooseOthers(query.home, peers())];
    const [home, ...others] = await Promise.all(edges.map((edge) => this.#see(edge, stream)));
    const bucket = query.bucket ?? Math.floor(Math.random() * BUCKETS);
    const { priority, planned } = choosePriority({
      ...{ home: home!, others, inUse: query.inUse, bucket },
      ...{ moves: moves(), random: Math.random() },
    });
    return {
      VERSION: 1,
      TTL: MIN_TTL_SEC + Math.floor(Math.random() * (TTL_SPREAD_SEC + 1)),
      'RELOAD-URI': `steering.json?home=${encodeURIComponent(query.home)}&bucket=${bucket}`,
      'PATHWAY-PRIORITY': priority,
      'X-STREAMCTL-PLANNED': planned,
    };
  }

  async #see(edge: Peer, stream: string): Promise<SteeredPathway> {
    const { node, streams } = this.#deps;
    const seen = edge.name === node ? this.stateOf(streams.get(stream)) : await this.#looks.at(edge, stream);
    const { name, region } = edge;
    const ageMs = seen?.mediaAgeMs ?? null;
    return { name, region, isWell: ageMs !== null && ageMs <= FRESH_MS, load: seen?.load ?? 0 };
  }
}
