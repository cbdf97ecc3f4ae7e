/** Pulls that stand ready for publishers who have just left: most come back, and each is let in sooner by a process's start. */
import type { Logger } from '../base/logger.ts';
import type { RtmpPull, RtmpPullOptions } from '../rtmp/rtmp-pull.ts';
import { type StandbyPull, startStandbyPull } from '../rtmp/standby-pull.ts';

export interface PullStandOptions {
  /** Where a stream is pulled from. */
  readonly urlOf: (stream: string) => string;
  readonly log: Logger;
  readonly startPull?: (options: RtmpPullOptions) => RtmpPull;
  readonly keepMs?: number;
}

/** An encoder that reconnects by itself does so within this time. Each costs a process that waits, of some 20 MB. */
const KEEP_MS = 120_000;
/** When a whole audience of publishers leaves at once, the first ones are enough. */
const MOST = 32;

export class PullStand {
  readonly #options: PullStandOptions;
  readonly #standing = new Map<string, { readonly pull: StandbyPull; readonly timer: NodeJS.Timeout }>();

  constructor(options: PullStandOptions) {
    this.#options = options;
  }

  /** Has one stand for a stream whose publisher has left. */
  keep(stream: string): void {
    const { urlOf, log, keepMs = KEEP_MS, startPull } = this.#options;
    this.#end(stream);
    if (this.#standing.size >= MOST) return;
    const pull = startStandbyPull({
      url: urlOf(stream),
      log: log.child({ stream }),
      onLost: () => {
        if (this.#standing.get(stream)?.pull === pull) this.#end(stream);
      },
      ...(startPull === undefined ? {} : { startPull }),
    });
    this.#standing.set(stream, { pull, timer: setTimeout(() => this.#end(stream), keepMs).unref() });
  }

  /** Takes note that the server has a pull of the stream; returns whether it is one that stands here. */
  notePull(stream: string): boolean {
    const standing = this.#standing.get(stream);
    standing?.pull.noteInPlace();
    return standing !== undefined;
  }

  /** Hands the stream's out, to be adopted; null when none stands. */
  take(stream: string): StandbyPull | null {
    const standing = this.#standing.get(stream);
    if (standing === undefined) return null;
    clearTimeout(standing.timer);
    this.#standing.delete(stream);
    return standing.pull;
  }

  /** Ends all. */
  close(): void {
    for (const stream of [...this.#standing.keys()]) this.#end(stream);
  }

  #end(stream: string): void {
    this.take(stream)?.close();
  }
}
