/** One of a relay's targets: connected, tried again for as long as there is an encoder, never waited for. */
import type { Clock } from '../../base/clock.ts';
import { probePort } from '../../health/ask-node.ts';
import { type FlvTag, formatFlvHeader, formatFlvTag } from '../../media/flv.ts';
import {
  formatPlayPathFile,
  type RtmpPush,
  type RtmpPushOptions,
  startRtmpPush,
} from '../../rtmp/rtmp-push.ts';
import { createToldFile, type ToldFile } from '../../rtmp/told-file.ts';
import { formatPlayPath } from './play-path.ts';
import type { TargetReport } from './relay-report.ts';
import { TargetQueue } from './target-queue.ts';
import { REFUSED, wordFault } from './word-fault.ts';

export interface RelayTargetOptions {
  readonly url: string;
  readonly key: string;
  /** Where ffmpeg is told the play path; a number is added. */
  readonly playPathFile: string;
  readonly clock: Clock;
  /** State, fault or gaps have changed. */
  onChange(): void;
  readonly startPush?: (options: RtmpPushOptions) => RtmpPush;
  /** Whether somebody takes connections there. */
  readonly probe?: (host: string, port: number) => Promise<boolean>;
}

/** What a target needs of the encoder's session. */
export interface TargetSession {
  readonly epochMs: number;
  /** Headers, and the tags since the last key frame. */
  replay(): readonly FlvTag[];
}

/** A push that runs, and waits to be told its play path. */
interface OpenPush {
  readonly push: RtmpPush;
  readonly told: ToldFile;
  /** ffmpeg's last words when it has ended; null while it runs. */
  said: string | null;
}

/** More than two GOPs of most encoders; a target that is further behind is brought near again. */
const LIMITS = { maxMs: 5_000, maxBytes: 32 * 1024 * 1024 } as const;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 3_000;
/** Where nobody took the connection a knock costs next to nothing: an ingest that is back is found this soon. */
const KNOCK_MS = 200;
const KNOCK_LIMIT_MS = 1_000;
const RTMP_PORT = 1935;
/** Connected for so long: the next loss is another story. */
const SETTLED_MS = 10_000;
/** ffmpeg gives up on its own after 5 s in most places, not in all (name look-up). */
const CONNECT_LIMIT_MS = 8_000;
const STUCK_LIMIT_MS = 6_000;
/** What is left of an ended session has so long to be sent. */
const FLUSH_MS = 1_000;

export class RelayTarget {
  #options: RelayTargetOptions;
  #queue = new TargetQueue(LIMITS);
  #session: TargetSession | null = null;
  #push: RtmpPush | null = null;
  /** For the connection that is made next. */
  #spare: Promise<OpenPush> | null = null;
  #state: TargetReport['state'] = 'idle';
  #fault: string | null = null;
  #connections = 0;
  #attempts = 0;
  #retryMs = FIRST_RETRY_MS;
  #connectedMs = 0;
  #blocked = false;
  #timer: NodeJS.Timeout | undefined;
  #guard: NodeJS.Timeout | undefined;

  constructor(options: RelayTargetOptions) {
    this.#options = options;
  }

  /** Starts what will connect as soon as a session begins: a process takes its time to start. */
  prepare(): void {
    this.#spare ??= this.#open();
    this.#spare.catch(() => {
      this.#spare = null;
    });
  }

  /** Connects for a session of the encoder, in place of the one before. */
  begin(session: TargetSession): void {
    this.end();
    this.#session = session;
    this.#retryMs = FIRST_RETRY_MS;
    void this.#connect(session);
  }

  /** Takes the session's next tag. */
  take(tag: FlvTag): void {
    if (this.#state !== 'connected') return;
    const { gaps } = this.#queue;
    this.#queue.push(tag, this.#options.clock.nowMs());
    if (this.#queue.gaps > gaps) this.#options.onChange();
    this.#pump();
  }

  /** Ends the session after what the target still takes at once; may be called twice. */
  end(): void {
    if (this.#session === null) return;
    this.#session = null;
    clearTimeout(this.#timer);
    clearTimeout(this.#guard);
    const push = this.#push;
    this.#push = null;
    if (push !== null && this.#state === 'connected' && !this.#blocked) {
      push.end();
      setTimeout(() => push.kill(), FLUSH_MS);
    } else push?.kill();
    this.#become('idle', null);
  }

  /** Ends everything; may be called twice. */
  close(): void {
    this.end();
    this.#spare?.then(discard).catch(() => undefined);
    this.#spare = null;
  }

  report(): TargetReport {
    const { droppedTags, gaps } = this.#queue;
    return {
      url: this.#options.url,
      state: this.#state,
      behindMs: Math.round(this.#queue.behindMs(this.#options.clock.nowMs())),
      droppedTags,
      gaps,
      connections: this.#connections,
      fault: this.#fault,
    };
  }

  async #connect(session: TargetSession): Promise<void> {
    const { key } = this.#options;
    // Of the tries after a failure, only what comes of them is news.
    this.#become(this.#fault === null ? 'connecting' : 'retrying', this.#fault);
    const opening = this.#spare ?? this.#open();
    this.#spare = null;
    const opened = await opening.catch(() => null);
    if (this.#session !== session) {
      if (opened !== null) discard(opened);
      return;
    }
    if (opened === null || opened.said !== null) {
      this.#retry(session, opened?.said ?? 'its play path cannot be written');
      return;
    }
    this.#push = opened.push;
    this.#guard = setTimeout(() => opened.push.kill(), CONNECT_LIMIT_MS);
    await opened.told.tell(formatPlayPathFile(formatPlayPath(key, session.epochMs)));
  }

  async #open(): Promise<OpenPush> {
    const { url, startPush = startRtmpPush } = this.#options;
    const playPathFile = `${this.#options.playPathFile}-${++this.#attempts}`;
    const told = await createToldFile(playPathFile);
    const push = startPush({
      url,
      playPathFile,
      onConnected: () => {
        told.remove();
        if (this.#push === push && this.#session !== null) this.#admit(this.#session);
      },
      onWritable: () => {
        if (this.#push !== push) return;
        this.#unblock();
        this.#pump();
      },
      onEnded: (said) => {
        told.remove();
        opened.said = said;
        if (this.#push === push && this.#session !== null) this.#retry(this.#session, said);
      },
    });
    const opened: OpenPush = { push, told, said: null };
    push.write(formatFlvHeader({ audio: true, video: true }));
    return opened;
  }

  #admit(session: TargetSession): void {
    const nowMs = this.#options.clock.nowMs();
    this.#unblock();
    this.#connections += 1;
    this.#connectedMs = nowMs;
    this.#queue.restart(session.replay(), nowMs);
    this.#become('connected', null);
    this.#pump();
  }

  #retry(session: TargetSession, said: string): void {
    const wasIn = this.#state === 'connected';
    this.#push = null;
    this.#unblock();
    if (wasIn && this.#options.clock.nowMs() - this.#connectedMs > SETTLED_MS) this.#retryMs = FIRST_RETRY_MS;
    this.#become('retrying', wasIn ? 'the connection broke' : wordFault(said, this.#options.key));
    if (this.#fault === REFUSED) {
      this.#knockSoon(session);
      return;
    }
    this.#timer = setTimeout(() => void this.#connect(session), this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  #knockSoon(session: TargetSession): void {
    this.#timer = setTimeout(() => void this.#knock(session), KNOCK_MS);
  }

  /** Connects once somebody takes connections again. */
  async #knock(session: TargetSession): Promise<void> {
    const { url, probe = probeOpen } = this.#options;
    const { hostname, port } = new URL(url);
    const isOpen = await probe(hostname, Number(port || RTMP_PORT));
    if (this.#session !== session) return;
    if (!isOpen) {
      this.#knockSoon(session);
      return;
    }
    this.#retryMs = FIRST_RETRY_MS;
    await this.#connect(session);
  }

  #pump(): void {
    const push = this.#push;
    if (push === null) return;
    while (!this.#blocked) {
      const tag = this.#queue.shift();
      if (tag === null) return;
      if (push.write(formatFlvTag(tag))) continue;
      this.#blocked = true;
      this.#guard = setTimeout(() => push.kill(), STUCK_LIMIT_MS);
    }
  }

  #unblock(): void {
    this.#blocked = false;
    clearTimeout(this.#guard);
  }

  #become(state: TargetReport['state'], fault: string | null): void {
    if (state === this.#state && fault === this.#fault) return;
    this.#state = state;
    this.#fault = fault;
    this.#options.onChange();
  }
}

function discard({ push, told }: OpenPush): void {
  told.remove();
  push.kill();
}

async function probeOpen(host: string, port: number): Promise<boolean> {
  return (await probePort(host, port, KNOCK_LIMIT_MS)) === 'open';
}
