import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { FitnessLimits } from '../media/judge-fitness.ts';
import type { RtmpPull, RtmpPullOptions } from '../rtmp/rtmp-pull.ts';
import { LiveSession, type LiveSessionDeps, type SessionReport } from './live-session.ts';
import { PullStand } from './pull-stand.ts';
import { PullWaits } from './pull-waits.ts';
import { loadSessionFile, type SavedSession, saveSessionFile } from './session-file.ts';

export interface SessionRegistryOptions {
  readonly file: string;
  /** `rtmp://ADDRESS:PORT/live/`, to which a stream's name is added. */
  readonly rtmpBase: string;
  readonly clock: Clock;
  /** Gives a session that begins the clock by which its packets arrive; `clock` when left out. */
  readonly holdClock?: () => Clock;
  readonly log: Logger;
  readonly findTwinEpoch?: LiveSessionDeps['findTwinEpoch'];
  /** From when on a stream's publisher is black or silent; null or absent: nobody looks. */
  readonly limitsOf?: (stream: string) => FitnessLimits | null;
  readonly startPull?: (options: RtmpPullOptions) => RtmpPull;
}

/** A pull takes about 0.2 s; a publisher is not kept waiting for longer than this. */
const PULL_WAIT_MS = 2000;
/**
 * A publisher that is still there from before shows at once: the server sends its metadata with whatever comes next. When
 * the machine was away, it is not, and whoever connects now must not be kept out for it.
 */
const RESUMED_MS = 4000;

/** The publish sessions of this node, one a stream, kept on disk. */
export class SessionRegistry {
  #sessions = new Map<string, LiveSession>();
  #waiting = new Map<string, Set<(session: LiveSession) => void>>();
  readonly #pulls = new PullWaits();
  readonly #stand: PullStand;
  #twins: ReadonlySet<string> = new Set();
  #options: SessionRegistryOptions;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: SessionRegistryOptions) {
    this.#options = options;
    const { log, startPull } = options;
    this.#stand = new PullStand({
      urlOf: (stream) => this.#urlOf(stream),
      log,
      ...(startPull === undefined ? {} : { startPull }),
    });
  }

  /** Goes on with the sessions that an earlier run of the daemon left. */
  async resume(): Promise<void> {
    for (const saved of await loadSessionFile(this.#options.file))
      this.#start(saved, { firstTagMs: RESUMED_MS });
  }

  /**
   * Opens a session in place of the one that the stream has; the same session again says no more than whether it is
   * placed. Resolves when its pull is in place (or late), so that the publisher, let in then, loses no key frame.
   */
  async open(session: Omit<SavedSession, 'epochMs' | 'skewMs'>): Promise<void> {
    const current = this.#sessions.get(session.stream);
    if (current?.saved.client === session.client && current.saved.sessionId >= session.sessionId) {
      if (current.notePlaced(session.placed !== false)) this.#save();
      return;
    }
    current?.close();
    const standby = this.#stand.take(session.stream);
    const inPlace = standby?.isInPlace === true ? null : this.#pulls.wait(session.stream, PULL_WAIT_MS);
    this.#start({ ...session, epochMs: null }, standby === null ? {} : { startPull: standby.adopt });
    this.#save();
    await inPlace;
  }

  /** Takes note that a pull of the stream has reached the server; returns whether it is one of ours. */
  notePull(stream: string): boolean {
    const isOurs = this.#stand.notePull(stream) || this.#sessions.has(stream);
    // The server must hear the answer before it hears that the publisher may come in.
    if (isOurs) setImmediate(() => this.#pulls.tell(stream));
    return isOurs;
  }

  /** Closes the stream's session if it is this client's, or whoever's when no client is given. */
  closeSession(stream: string, client: string | null): boolean {
    const session = this.#sessions.get(stream);
    if (session === undefined || (client !== null && session.saved.client !== client)) return false;
    this.#drop(stream, session);
    return true;
  }

  /** The stream's session; null when it has none here. */
  find(stream: string): SessionReport | null {
    return this.#sessions.get(stream)?.report() ?? null;
  }

  list(): SessionReport[] {
    return [...this.#sessions.values()].map((session) => session.report());
  }

  /** Looks at the sessions of these streams, which have a publisher elsewhere, too; for others there is no choice. */
  examine(twins: ReadonlySet<string>): void {
    this.#twins = twins;
    for (const [stream, session] of this.#sessions) this.#examine(stream, session);
  }

  #examine(stream: string, session: LiveSession): void {
    session.examine(this.#twins.has(stream) ? (this.#options.limitsOf?.(stream) ?? null) : null);
  }

  /** Resolves with the stream's session as soon as it can be subscribed to, null when the signal fires first. */
  async waitForSession(stream: string, signal: AbortSignal): Promise<LiveSession | null> {
    const session = this.#sessions.get(stream);
    if (session?.isReady) return session;
    const waiting = this.#waiting.get(stream) ?? new Set();
    this.#waiting.set(stream, waiting);
    return await new Promise((resolve) => {
      const settle = (ready: LiveSession | null): void => {
        waiting.delete(settle);
        if (waiting.size === 0) this.#waiting.delete(stream);
        signal.removeEventListener('abort', abort);
        resolve(ready);
      };
      const abort = (): void => settle(null);
      signal.addEventListener('abort', abort);
      waiting.add(settle);
      if (signal.aborted) abort();
    });
  }

  /** Ends pulls and responses; the sessions stay on disk. Resolves when they are saved. */
  async close(): Promise<void> {
    this.#stand.close();
    for (const session of this.#sessions.values()) session.close();
    await this.#saving;
  }

  #urlOf(stream: string): string {
    return `${this.#options.rtmpBase}${stream}`;
  }

  #start(saved: SavedSession, how: Pick<LiveSessionDeps, 'firstTagMs' | 'startPull'>): void {
    const { clock, holdClock, log, findTwinEpoch, startPull } = this.#options;
    const session = new LiveSession(saved, {
      clock,
      ...(startPull === undefined ? {} : { startPull }),
      ...how,
      ...(holdClock === undefined ? {} : { arrivals: holdClock() }),
      log: log.child({ stream: saved.stream }),
      url: this.#urlOf(saved.stream),
      ...(findTwinEpoch === undefined ? {} : { findTwinEpoch }),
      onReady: () => {
        this.#save();
        for (const settle of [...(this.#waiting.get(saved.stream) ?? [])]) settle(session);
      },
      onGone: () => this.#drop(saved.stream, session),
    });
    this.#sessions.set(saved.stream, session);
    this.#examine(saved.stream, session);
    log.info({ stream: saved.stream, sessionId: saved.sessionId }, 'session opened');
  }

  #drop(stream: string, session: LiveSession): void {
    session.close(true);
    if (this.#sessions.get(stream) !== session) return;
    this.#sessions.delete(stream);
    this.#stand.keep(stream);
    this.#options.log.info({ stream, sessionId: session.saved.sessionId }, 'session closed');
    this.#save();
  }

  /** Saves one after the other, so that the newest state is what stays. */
  #save(): void {
    this.#saving = this.#saving
      .then(() =>
        saveSessionFile(
          this.#options.file,
          [...this.#sessions.values()].map((session) => session.saved),
        ),
      )
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'cannot save the sessions'));
  }
}
