/**
 * The relay: runs beside an encoder that can send to one address only, and sends what comes to several ingests.
 *
 * It does not decode, and asks no cluster. Invariants: every target gets the same tags with the same timestamps and
 * the same epoch, so that losing one costs nothing; no target is ever waited for by the encoder or by another target;
 * the key is in no argument; nothing that it started outlives it, however it ends.
 */
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { StreamctlError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RtmpPull } from '../../rtmp/rtmp-pull.ts';
import { type StandbyPull, startStandbyPull } from '../../rtmp/standby-pull.ts';
import { startDoor } from './door.ts';
import { DOOR_APP, formatDoorUrl } from './door-conf.ts';
import { EncoderSession } from './encoder-session.ts';
import type { ListenAddress } from './play-path.ts';
import type { RelayReport } from './relay-report.ts';
import { RelayTarget } from './relay-target.ts';

export interface RelayOptions {
  readonly listen: ListenAddress;
  /** `rtmp://HOST:PORT/APP` of each ingest; the first is connected first. */
  readonly targets: readonly string[];
  readonly key: string;
  /** Folder for its files, of mode 0700. */
  readonly dir: string;
}

export interface RelayDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Something in the report has changed, other than how far a target is behind. */
  onChange(report: RelayReport): void;
}

export interface Relay {
  /** What the encoder is told to publish to. */
  readonly url: string;
  report(): RelayReport;
  /** Rejects when it cannot go on. */
  readonly failed: Promise<never>;
  /** Ends everything; may be called twice. */
  close(): Promise<void>;
}

/** A pull takes about 0.2 s; an encoder is not kept waiting for longer than this. */
const PULL_WAIT_MS = 2_000;
/** A pull that stood ready and was lost is started again after so long. */
const STAND_AGAIN_MS = 500;
/** The first target is to be the first to have a session, so that it is the active one. */
const HEAD_START_MS = 300;

/** Starts it; resolves when the encoder can connect. Throws PORT_IN_USE, PACKAGE_MISSING, ENVIRONMENT. */
export async function startRelay(options: RelayOptions, deps: RelayDeps): Promise<Relay> {
  const run = new RelayRun(options, deps);
  await run.open();
  return run;
}

class RelayRun implements Relay {
  readonly url: string;
  readonly failed: Promise<never>;
  #options: RelayOptions;
  #deps: RelayDeps;
  #targets: readonly RelayTarget[];
  #fail: (error: Error) => void = () => undefined;
  #closeDoor: () => Promise<void> = () => Promise.resolve();
  #pulls = new EventEmitter();
  #pull: RtmpPull | null = null;
  /** Waits in the door for the next encoder. */
  #standby: StandbyPull | null = null;
  #again: NodeJS.Timeout | undefined;
  #closed = false;
  #encoder: {
    readonly from: string;
    readonly session: EncoderSession;
    readonly sinceMs: number;
  } | null = null;
  #earlierEpochMs: number | null = null;
  #starts: NodeJS.Timeout[] = [];

  constructor(options: RelayOptions, deps: RelayDeps) {
    const { listen, key, dir } = options;
    this.#options = options;
    this.#deps = deps;
    this.url = `rtmp://${listen.address}:${listen.port}/${DOOR_APP}`;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    this.#targets = options.targets.map(
      (url, index) =>
        new RelayTarget({
          ...{ url, key, clock: deps.clock, playPathFile: join(dir, `play-path-${index + 1}`) },
          onChange: () => this.#say(),
        }),
    );
  }

  async open(): Promise<void> {
    const { listen, key, dir } = this.#options;
    const door = await startDoor({
      ...{ listen, key, dir },
      onPublish: (from) => this.#admit(from),
      onPlay: () => void setImmediate(() => this.#notePull()),
      onGone: () => this.#part(),
      onFailed: (said) => this.#fail(new StreamctlError('ENVIRONMENT', `nginx of the relay ended: ${said}`)),
    });
    this.#closeDoor = door.close;
    this.#stand();
  }

  report(): RelayReport {
    const epochMs = this.#encoder?.session.epochMs ?? null;
    const known = epochMs === null ? 'measuring' : 'connected';
    return {
      encoder: {
        state: this.#encoder === null ? 'absent' : known,
        from: this.#encoder?.from ?? null,
        epochMs,
        sinceMs: this.#encoder?.sinceMs ?? null,
      },
      targets: this.#targets.map((target) => target.report()),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#standby?.close();
    this.#part();
    for (const target of this.#targets) target.close();
    await this.#closeDoor();
  }

  /** Its media is read before it is let in, so that no key frame is lost. */
  async #admit(from: string): Promise<boolean> {
    this.#part();
    const { clock } = this.#deps;
    const sinceMs = Math.round(clock.nowMs());
    const session = new EncoderSession(
      {
        onClock: (epochMs) => this.#begin(session, epochMs),
        onClockLost: () => {
          this.#endTargets();
          for (const target of this.#targets) target.prepare();
        },
        onTag: (tag) => {
          for (const target of this.#targets) target.take(tag);
        },
      },
      this.#earlierEpochMs,
    );
    this.#encoder = { from, session, sinceMs };
    for (const target of this.#targets) target.prepare();
    const inPlace = once(this.#pulls, 'play', { signal: AbortSignal.timeout(PULL_WAIT_MS) });
    const pull = this.#standby ?? this.#stand();
    this.#standby = null;
    this.#pull = pull.adopt({
      onTag: (tag) => session.take(tag, clock.nowMs()),
      onGone: () => this.#encoder?.session === session && this.#part(),
    });
    this.#say();
    inPlace.catch(() => undefined);
    if (!pull.isInPlace) await inPlace.catch(() => undefined);
    return this.#encoder?.session === session;
  }

  /** Has a pull wait in the door, so that the next encoder need not wait for one to start. */
  #stand(): StandbyPull {
    clearTimeout(this.#again);
    const standby = startStandbyPull({
      ...{ url: formatDoorUrl(this.#options.listen), log: this.#deps.log },
      onLost: () => {
        if (this.#standby !== standby) return;
        this.#standby = null;
        this.#again = setTimeout(() => this.#stand(), STAND_AGAIN_MS);
      },
    });
    this.#standby = standby;
    return standby;
  }

  #notePull(): void {
    this.#standby?.noteInPlace();
    this.#pulls.emit('play');
  }

  #begin(session: EncoderSession, epochMs: number): void {
    this.#earlierEpochMs = epochMs;
    const of = { epochMs, replay: () => session.replay() };
    this.#starts = this.#targets.map((target, index) =>
      setTimeout(() => target.begin(of), index * HEAD_START_MS),
    );
    this.#say();
  }

  #endTargets(): void {
    for (const start of this.#starts) clearTimeout(start);
    for (const target of this.#targets) target.end();
    this.#say();
  }

  /** The encoder has gone. */
  #part(): void {
    if (this.#encoder === null) return;
    this.#encoder = null;
    this.#pull?.close();
    this.#pull = null;
    this.#endTargets();
    if (!this.#closed) this.#stand();
  }

  #say(): void {
    this.#deps.onChange(this.report());
  }
}
