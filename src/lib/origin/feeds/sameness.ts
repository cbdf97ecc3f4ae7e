/**
 * Checks all the time that the feeds of a stream are the same, whole segment by whole segment of every track.
 *
 * Which one is right when they differ: a number off the epoch grid is wrong, whoever says it. Else, of three feeds or
 * more, the one with which most agree; of two, the one that agrees with what was served, since viewers have its segments
 * already. A segment or two that differ are not named: a replica that started in it, or that made up what its publisher left
 * out, is the same again with the next. Segments that come long after the others' are old news (a replica that was
 * frozen and has thawed) and are not compared.
 */
import type { FeedDifference, FeedDrift } from '../../health/report.ts';
import type { LiveStream } from '../window/live-stream.ts';
import type { TrackWindow } from '../window/track-window.ts';
import { compareSegments, isOnGrid, type SegmentShape } from './compare-segments.ts';
import type { Feed } from './feed.ts';
import type { SegmentRecord } from './segment-ledger.ts';

/** Consecutive segments of a track that must differ before the replica is named. At 2 some starts were alarms. */
const NAMED_AFTER = 3;
/** Segment durations that a feed may be behind the others, and for how many of them, before it is named. */
const BEHIND = { by: 1.5, during: 2 };

interface Streak {
  readonly sinceMs: number;
  readonly count: number;
  readonly differs: readonly FeedDifference[];
}

interface Judged {
  readonly feed: Feed;
  readonly record: SegmentRecord;
}

export class Sameness {
  readonly #live: LiveStream;
  /** By feed, then by track; `behind` and `grid` stand beside the tracks. */
  readonly #streaks = new Map<Feed, Map<string, Streak>>();
  /** By `TRACK/MSN`: when the first feed had the whole segment, Unix milliseconds. */
  readonly #firstMs = new Map<string, number>();

  constructor(live: LiveStream) {
    this.#live = live;
  }

  forget(feed: Feed): void {
    this.#streaks.delete(feed);
  }

  /** How the feed differs; null when it is the same, or not known to differ yet. */
  driftOf(feed: Feed): FeedDrift | null {
    const known = new Set(['behind', 'grid', ...this.#live.tracks.map(({ id }) => id)]);
    const named = [...(this.#streaks.get(feed) ?? [])]
      .filter(([track, { count }]) => count >= NAMED_AFTER && known.has(track))
      .map(([, streak]) => streak);
    if (named.length === 0) return null;
    return {
      sinceMs: Math.min(...named.map(({ sinceMs }) => sinceMs)),
      differs: [...new Set(named.flatMap(({ differs }) => differs))],
    };
  }

  /** Compares what has become comparable; called after each part of a track. */
  look(feeds: Iterable<Feed>, track: string, nowMs: number): void {
    const all = [...feeds];
    const window = this.#live.windows.get(track);
    if (window === undefined) return;
    for (const feed of all) this.#judgeAge(all, feed, nowMs);
    if (all.every(({ ledger }) => ledger.waiting(track).length === 0)) return;
    for (const feed of all) this.#judgeNumbers(feed, track, window.timescale);
    const msns = new Set(all.flatMap(({ ledger }) => ledger.waiting(track).map(({ msn }) => msn)));
    for (const msn of [...msns].sort((a, b) => a - b)) {
      const judged = all.flatMap((feed) => {
        const record = feed.ledger.waiting(track).find((one) => one.msn === msn);
        return record === undefined ? [] : [{ feed, record }];
      });
      const late = this.#lateAfterMs(`${track}/${msn}`, judged);
      const allHere = all.every((feed) => !feed.delivers(nowMs) || feed.ledger.isPast(track, msn));
      if ((allHere && window.find(msn)?.complete === true) || nowMs > late) this.#judge(judged, window, late);
    }
  }

  #judge(judged: readonly Judged[], window: TrackWindow, late: number): void {
    const { track, msn } = judged[0]!.record;
    const comparable = judged.filter(({ record }) => record.doneMs <= late);
    for (const { feed } of judged) feed.ledger.compared(track, msn);
    const right = this.#right(comparable, window, msn);
    for (const { feed, record } of right === null ? [] : comparable) {
      this.#count(feed, record, compareSegments(record, right!, window.timescale));
    }
  }

  /** Numbers off the grid are wrong whatever the others say. */
  #judgeNumbers(feed: Feed, track: string, timescale: number): void {
    for (const record of feed.ledger.waiting(track)) {
      if (isOnGrid(record, { timescale, segmentSec: this.#live.hello!.segmentSec })) continue;
      this.#count(feed, record, ['msn']);
      feed.ledger.compared(track, record.msn);
    }
  }

  /** What the segment should be; null when nothing tells. */
  #right(comparable: readonly Judged[], window: TrackWindow, msn: number): SegmentShape | null {
    const grid = { timescale: window.timescale, segmentSec: this.#live.hello!.segmentSec };
    const sound = comparable.map(({ record }) => record);
    const same = (a: SegmentShape, b: SegmentShape): boolean =>
      compareSegments(a, b, window.timescale).length === 0;
    const votes = sound.map((record) => sound.filter((other) => same(record, other)).length);
    const most = votes.indexOf(Math.max(...votes));
    if (sound.length > 2 && 2 * votes[most]! > sound.length) return sound[most]!;
    const served = window.find(msn);
    if (served === undefined || served.gap || served.parts.length === 0) return null;
    const { decodeTime, durationTicks, frames, parts, initId } = served;
    const shape = { startTicks: decodeTime, durationTicks, frames, parts: parts.length, initId };
    return isOnGrid({ msn, ...shape }, grid) ? shape : null;
  }

  /** Feeds that had the segment later than this, Unix milliseconds, are not compared in it. */
  #lateAfterMs(key: string, judged: readonly Judged[]): number {
    const firstMs = Math.min(
      ...judged.map(({ record }) => record.doneMs),
      this.#firstMs.get(key) ?? Number.POSITIVE_INFINITY,
    );
    this.#firstMs.set(key, firstMs);
    if (this.#firstMs.size > 64) this.#firstMs.delete(this.#firstMs.keys().next().value!);
    return firstMs + 1000 * this.#live.hello!.segmentSec;
  }

  #count(feed: Feed, { track, doneMs }: SegmentRecord, differs: readonly FeedDifference[]): void {
    const streaks = this.#streaks.get(feed) ?? new Map<string, Streak>();
    this.#streaks.set(feed, streaks);
    const before = streaks.get(track);
    if (differs.length === 0) streaks.delete(track);
    else {
      const union = [...new Set([...(before?.differs ?? []), ...differs])];
      streaks.set(track, {
        sinceMs: before?.sinceMs ?? doneMs,
        count: (before?.count ?? 0) + 1,
        differs: union,
      });
    }
  }

  /** Whether the feed is behind the one that is farthest, or on another grid than the window, for long. */
  #judgeAge(all: readonly Feed[], feed: Feed, nowMs: number): void {
    const hello = this.#live.hello!;
    const newestSec = Math.max(...all.map(({ endSec }) => endSec ?? 0));
    const isBehind = feed.endSec !== null && newestSec - feed.endSec > BEHIND.by * hello.segmentSec;
    this.#since(feed, 'behind', isBehind && feed.delivers(nowMs), nowMs);
    const own = feed.hello;
    const isOther = own !== null && (own.segmentSec !== hello.segmentSec || own.partSec !== hello.partSec);
    this.#since(feed, 'grid', isOther, nowMs);
  }

  #since(feed: Feed, what: 'behind' | 'grid', holds: boolean, nowMs: number): void {
    const streaks = this.#streaks.get(feed) ?? new Map<string, Streak>();
    this.#streaks.set(feed, streaks);
    if (!holds) {
      streaks.delete(what);
      return;
    }
    const sinceMs = streaks.get(what)?.sinceMs ?? nowMs;
    const named = nowMs - sinceMs >= 1000 * BEHIND.during * this.#live.hello!.segmentSec;
    streaks.set(what, { sinceMs, count: named ? NAMED_AFTER : 1, differs: [what] });
  }
}
