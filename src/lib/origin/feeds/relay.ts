import type { FeedFrame } from '../../feed/message.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { readFeed } from './read-feed.ts';

/** Rounds over all candidates that must find no pipeline before the stream counts as absent. */
const ABSENT_ROUNDS = 3;
/** Milliseconds between rounds: the first, and the most. */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1000;

export interface RelayOptions {
  readonly stream: string;
  /** Where a feed may be had now, best first. */
  candidates(): readonly Peer[];
  /** First MSN that is not known whole; asked anew for each connection. */
  fromMsn(): number;
  stallMs(): number | null;
  onFrame(frame: FeedFrame, from: Peer): void;
  /** No candidate has a pipeline; the relay has ended. */
  onAbsent(): void;
  nowMs(): number;
}

/**
 * Keeps one feed of a stream open: whenever it ends, fails or stalls it looks through the candidates, as they are then,
 * at once, and comes round again after a pause. Two relays may fill one window at once, since the window passes over what it has.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #abort = new AbortController();
  readonly startedMs: number;
  /** The origin that the feed comes from; null while there is none. */
  upstream: Peer | null = null;
  connectedSinceMs: number | null = null;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.startedMs = options.nowMs();
    void this.#run();
  }

  get closed(): boolean {
    return this.#abort.signal.aborted;
  }

  close(): void {
    this.#abort.abort();
    this.upstream = null;
  }

  async #run(): Promise<void> {
    let lost: Peer | null = null;
    for (let round = 1, absentRounds = 0; !this.closed; round++) {
      const found = await this.#lookThrough(lastOf(this.#options.candidates(), lost));
      if (this.closed) return;
      lost = found.lost;
      if (lost !== null) {
        round = 0;
        continue;
      }
      absentRounds = found.allAbsent ? absentRounds + 1 : 0;
      if (absentRounds >= ABSENT_ROUNDS) return this.#giveUp();
      await pause(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * round), this.#abort.signal);
    }
  }

  /** Reads the first feed that there is until it ends; `lost` is whose it was. */
  async #lookThrough(candidates: readonly Peer[]): Promise<{ lost: Peer | null; allAbsent: boolean }> {
    let absent = 0;
    for (const peer of candidates) {
      if (this.closed) break;
      const { end, parts } = await this.#read(peer);
      if (parts > 0) return { lost: peer, allAbsent: false };
      if (end === 'absent') absent += 1;
    }
    return { lost: null, allAbsent: absent === candidates.length };
  }

  #giveUp(): void {
    if (this.closed) return;
    this.close();
    this.#options.onAbsent();
  }

  async #read(peer: Peer): Promise<{ end: string; parts: number }> {
    const { stream, fromMsn, stallMs, onFrame, nowMs } = this.#options;
    let parts = 0;
    const end = await readFeed({
      url: `http://${peer.address}:${peer.ports.origin}/feed/${stream}?from=${fromMsn()}`,
      signal: this.#abort.signal,
      stallMs,
      onFrame: (frame) => {
        if (this.closed) return;
        if (this.upstream !== peer) {
          this.upstream = peer;
          this.connectedSinceMs = nowMs();
        }
        if (frame.message.type === 'part') parts += 1;
        onFrame(frame, peer);
      },
    });
    this.upstream = null;
    return { end, parts };
  }
}

/** The feed that has just been lost is looked for last, since it may have been moved away. */
function lastOf(candidates: readonly Peer[], lost: Peer | null): readonly Peer[] {
  const others = candidates.filter((peer) => peer.name !== lost?.name);
  return others.length === candidates.length
    ? candidates
    : [...others, ...candidates.filter((peer) => peer.name === lost?.name)];
}

/** Resolves after the time, or at once when aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
