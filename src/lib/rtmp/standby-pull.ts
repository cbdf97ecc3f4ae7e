/**
 * A pull of a stream that nobody publishes yet: it stands at the server, so that a publisher who comes back is let in without
 * waiting for a process to start and connect. It keeps no media: what comes before it is adopted is lost.
 */
import type { Logger } from '../base/logger.ts';
import {
  type RtmpPull,
  type RtmpPullOptions,
  SILENCE_POLL_MS,
  SILENT_MS,
  startRtmpPull,
} from './rtmp-pull.ts';
import { SilenceMeter } from './silence-meter.ts';

export interface StandbyPullOptions {
  /** `rtmp://ADDRESS:PORT/live/STREAM`; holds no key. */
  readonly url: string;
  readonly log: Logger;
  /** It has ended by itself without having been adopted: the server went, or somebody published and left. */
  onLost(): void;
  readonly startPull?: (options: RtmpPullOptions) => RtmpPull;
}

export interface StandbyPull {
  /** The server has it: a publisher may be let in. */
  readonly isInPlace: boolean;
  /** Takes note that the server has it, by the server's own word. */
  noteInPlace(): void;
  /** Makes it the pull of a publisher who is about to come in; once. */
  adopt(by: Pick<RtmpPullOptions, 'onTag' | 'onGone'>): RtmpPull;
  /** Ends it where it was not adopted; may be called twice. */
  close(): void;
}

/** Starts it at once. */
export function startStandbyPull(options: StandbyPullOptions): StandbyPull {
  const { url, log, startPull = startRtmpPull } = options;
  let adopter: Pick<RtmpPullOptions, 'onTag' | 'onGone'> | null = null;
  let isInPlace = false;
  let poll: NodeJS.Timeout | undefined;
  const pull = startPull({
    ...{ url, log },
    firstTagMs: Number.POSITIVE_INFINITY,
    onTag: (tag) => {
      clearInterval(poll);
      adopter?.onTag(tag);
    },
    onGone: () => {
      clearInterval(poll);
      (adopter?.onGone ?? options.onLost)();
    },
  });
  const close = (): void => {
    clearInterval(poll);
    pull.close();
  };
  return {
    get isInPlace() {
      return isInPlace;
    },
    noteInPlace: () => {
      isInPlace = true;
    },
    adopt: (by) => {
      adopter = by;
      const silence = new SilenceMeter(performance.now());
      poll = setInterval(() => {
        if (silence.read(performance.now()) <= SILENT_MS) return;
        close();
        by.onGone();
      }, SILENCE_POLL_MS);
      return { close };
    },
    close: () => {
      if (adopter === null) close();
    },
  };
}
