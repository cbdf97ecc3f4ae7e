/**
 * Looks after the pathways that are not in use: learns which there are, keeps the connection to the second one open, and
 * asks the nearer ones whether they are well again. A few small requests a minute, at times of each player's own, for as long as
 * the player asks for something: hls.js does not tell its loader that it was destroyed.
 */
import type { SwitchWhy } from './hedge-event.ts';
import type { HedgeIo } from './hedge-io.ts';
import type { HedgeSettings } from './hedge-settings.ts';
import { type Pathway, parsePathways } from './pathway.ts';
import type { PathwayBoard } from './pathway-board.ts';
import { partsAhead, readPlaylistEdge } from './playlist-edge.ts';
import type { PlaylistMemories } from './playlist-memory.ts';
import { WayBack } from './way-back.ts';

export interface PathwayWatchDeps {
  readonly io: HedgeIo;
  readonly settings: HedgeSettings;
  readonly board: PathwayBoard;
  readonly memories: PlaylistMemories;
  /** How long an answer may take that is there already. */
  slackMs(): number;
  /** The pathways are known for the first time. */
  onLearned(): void;
  /** A nearer pathway may be used again. */
  onReturn(pathway: Pathway): void;
}

const TIMEOUT_MS = 2000;
/**
 * Between tries to learn the pathways for the first time: an edge that answers a part of its requests with errors tells them soon.
 * Doubled each time once LEARN_MS are over: there are edges that do not tell.
 */
const LEARN_AGAIN_MS = 200;
/** A player that does not know the pathways by then may never do. */
const LEARN_MS = 3000;
const MAX_LEARN_AGAIN_MS = 60_000;
/** From learning, or from a change of pathway, until the second one is asked for the first time. */
const WARM_SOON_MS = 1000;
/** A rendition that has not grown for this long is not being played. */
const PLAYING_MS = 5000;
/** Segments that a nearer pathway must have, so that a player finds what it needs. */
const MIN_WINDOW_SEGMENTS = 3;
/** A player that has asked for nothing for this long is over, or has all that it will play. */
const GONE_MS = 60_000;

export class PathwayWatch {
  readonly #deps: PathwayWatchDeps;
  readonly #wayBack: WayBack;
  #path: string | null = null;
  #learned = false;
  #followsSinceMs = 0;
  #learnAgainMs = LEARN_AGAIN_MS;
  #closed = false;
  #askedAtMs = 0;
  /** Nothing is looked after until the player asks again. */
  #resting = false;
  #looks = 0;
  #stopWarming: () => void = () => undefined;
  #stopProbing: () => void = () => undefined;

  constructor(deps: PathwayWatchDeps) {
    this.#deps = deps;
    this.#wayBack = new WayBack(deps.settings, () => deps.io.random());
  }

  /** Begins; `path` is where every edge tells its pathways. Another path is that of another stream, from now on the one to keep ready. */
  follow(path: string): void {
    if (this.#path === path || this.#closed) return;
    const isFirst = this.#path === null;
    this.#path = path;
    if (!isFirst) {
      if (this.#learned) this.#scheduleWarm(WARM_SOON_MS);
      return;
    }
    this.#followsSinceMs = this.#deps.io.nowMs();
    this.#askedAtMs = this.#followsSinceMs;
    this.#warm();
    this.#scheduleProbe();
  }

  /** The player has asked for something. */
  asked(): void {
    this.#askedAtMs = this.#deps.io.nowMs();
    if (!this.#resting) return;
    this.#resting = false;
    this.#scheduleWarm(WARM_SOON_MS);
    this.#scheduleProbe();
  }

  /** Whether the pathways are not known yet and may be soon. */
  get isLearning(): boolean {
    if (this.#path === null || this.#learned || this.#closed) return false;
    return this.#deps.io.nowMs() - this.#followsSinceMs < LEARN_MS;
  }

  /** Another pathway is in use. */
  switched(why: SwitchWhy): void {
    const nowMs = this.#deps.io.nowMs();
    if (why === 'return' || why === 'steering') this.#wayBack.returned(nowMs);
    else this.#wayBack.left(nowMs);
    if (this.#learned) this.#scheduleWarm(WARM_SOON_MS);
  }

  close(): void {
    this.#closed = true;
    this.#stopWarming();
    this.#stopProbing();
  }

  /** One request does both: it opens the connection, and brings the list as it is there. */
  #warm(): void {
    const { io, board, settings } = this.#deps;
    const path = this.#path;
    const second = board.next(new Set([board.inUse.name]), io.nowMs());
    const asked = this.#learned && second !== null ? second : board.inUse;
    io.getText(`${asked.baseUrl}${path}`, TIMEOUT_MS).then(
      (text) => {
        if (this.#closed) return;
        const report = parsePathways(text);
        if (report !== null) board.learn(report);
        const isFirst = !this.#learned && report !== null;
        this.#learned ||= report !== null;
        if (isFirst) this.#deps.onLearned();
        this.#scheduleWarm(isFirst || path !== this.#path ? WARM_SOON_MS : settings.warmEveryMs);
      },
      () => {
        if (this.#closed) return;
        if (asked.name !== board.inUse.name) board.fail(asked, io.nowMs());
        this.#scheduleWarm(this.#learned ? settings.warmEveryMs : this.#learnAgainMs);
        if (!this.isLearning) this.#learnAgainMs = Math.min(2 * this.#learnAgainMs, MAX_LEARN_AGAIN_MS);
      },
    );
  }

  #scheduleWarm(aboutMs: number): void {
    const { io } = this.#deps;
    this.#stopWarming();
    if (this.#closed || this.#resting) return;
    this.#stopWarming = io.after(spread(aboutMs, io.random()), () => this.#warm());
  }

  #scheduleProbe(): void {
    const { io, settings } = this.#deps;
    if (this.#closed) return;
    this.#stopProbing = io.after(spread(settings.probeEveryMs, io.random()), () => {
      if (io.nowMs() - this.#askedAtMs > GONE_MS) {
        this.#resting = true;
        this.#stopWarming();
        return;
      }
      void this.#probe().finally(() => this.#scheduleProbe());
    });
  }

  /** Looks at one nearer pathway, at one of the playlists that are being played. */
  async #probe(): Promise<void> {
    const { io, board, memories, slackMs } = this.#deps;
    const { nearer } = board;
    const playing = memories.playing(io.nowMs() - PLAYING_MS);
    if (nearer.length === 0 || playing.length === 0) return;
    this.#looks += 1;
    const pathway = nearer[this.#looks % nearer.length]!;
    const path = playing[Math.floor(this.#looks / nearer.length) % playing.length]!;
    const query = memories.of(path).edge?.canSkip ? '?_HLS_skip=YES' : '';
    const sentMs = io.nowMs();
    const text = await io.getText(`${pathway.baseUrl}${path}${query}`, TIMEOUT_MS).catch(() => null);
    const nowMs = io.nowMs();
    const good = text !== null && nowMs - sentMs <= slackMs() && this.#isWell(text, path);
    if (!good) board.fail(pathway, nowMs);
    const mayReturn = this.#wayBack.probed(pathway, good, nowMs);
    if (!this.#closed && mayReturn && board.nearer.includes(pathway)) this.#deps.onReturn(pathway);
  }

  /** At most one part behind what the player has, and with enough before it. */
  #isWell(text: string, path: string): boolean {
    const edge = readPlaylistEdge(text);
    const known = this.#deps.memories.of(path).edge;
    if (edge === null || known === null || partsAhead(edge, known) < -1) return false;
    return edge.windowSec >= MIN_WINDOW_SEGMENTS * edge.targetDurationSec;
  }
}

/** A time about as long, of each player's own: 80 to 120 %. */
function spread(aboutMs: number, random: number): number {
  return aboutMs * (0.8 + 0.4 * random);
}
