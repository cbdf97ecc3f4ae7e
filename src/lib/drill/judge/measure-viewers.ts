/** What viewers saw, from samples at the moments that count. Pure. */
import { Quantiles } from '../../viewer/quantiles.ts';
import type { ViewerFigures } from '../drill-result.ts';
import type { ViewerSight } from '../viewers/viewer-sight.ts';
import { medianLiveEdge, type Sample, type ViewerSecond } from '../watch/viewer-log.ts';

export interface ViewerMarks {
  /** Just before the first fault. */
  readonly fault: Sample;
  /** The last sample of the drill. */
  readonly end: Sample;
  /** Unix milliseconds; null when nothing was healed. */
  readonly healedMs: number | null;
  readonly seconds: readonly ViewerSecond[];
  /** Unix milliseconds at which all had moved that had to; null when they had not. */
  readonly movedAtMs: number | null;
}

/** Compares the viewers of the two marks. Those that did not play at the first are judged by their startup alone. */
export function measureViewers({ fault, end, healedMs, seconds, movedAtMs }: ViewerMarks): ViewerFigures {
  const now = new Map(end.viewers.map((viewer) => [viewer.id, viewer]));
  const watched = fault.viewers.filter(({ startupMs }) => startupMs !== null);
  const pairs = watched.flatMap((then) => {
    const later = now.get(then.id);
    return later === undefined ? [] : [{ then, later }];
  });
  const each = pairs.map(({ then, later }) => Math.round(later.deadAirMs - then.deadAirMs));
  const deadAir = new Quantiles(1);
  for (const ms of each) deadAir.add(ms);
  const affected = each.filter((ms) => ms > 0).length;
  return {
    byRegion: countBy(watched),
    deadAirMs: deadAir.summary(),
    deadAirEachMs: each,
    affected,
    movedMs: movedAtMs === null ? null : Math.round(movedAtMs - fault.atMs),
    affectedShare: pairs.length === 0 ? 0 : affected / pairs.length,
    liveEdgeSec: {
      before: round(medianLiveEdge(fault.viewers)),
      during: round(worstBetween(seconds, fault.atMs, healedMs ?? end.atMs)),
      after: round(medianLiveEdge(end.viewers)),
    },
    ...measureJoined(end.viewers.filter(({ joinedMs }) => joinedMs > fault.atMs)),
    ...sumUp(fault.viewers, end.viewers),
  };
}

function measureJoined(joined: readonly ViewerSight[]) {
  const startup = new Quantiles(1);
  for (const { startupMs } of joined) if (startupMs !== null) startup.add(startupMs);
  return {
    joined: joined.length,
    joinedNeverPlayed: joined.filter(({ startupMs }) => startupMs === null).length,
    startupMs: startup.summary(),
  };
}

function sumUp(before: readonly ViewerSight[], after: readonly ViewerSight[]) {
  const grown = (of: (viewer: ViewerSight) => number): number => total(after, of) - total(before, of);
  return {
    missingFrames: grown(({ missingFrames }) => missingFrames),
    repeatedFrames: grown(({ repeatedFrames }) => repeatedFrames),
    failedRequests: grown(({ errors }) => errors),
    requests: grown(({ requests }) => requests),
  };
}

function total(viewers: readonly ViewerSight[], of: (viewer: ViewerSight) => number): number {
  return viewers.reduce((sum, viewer) => sum + of(viewer), 0);
}

function countBy(viewers: readonly ViewerSight[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { region } of viewers) counts[region] = (counts[region] ?? 0) + 1;
  return counts;
}

function worstBetween(seconds: readonly ViewerSecond[], fromMs: number, toMs: number): number | null {
  const edges = seconds
    .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs)
    .flatMap(({ liveEdgeSec }) => (liveEdgeSec === null ? [] : [liveEdgeSec]));
  return edges.length === 0 ? null : Math.max(...edges);
}

function round(sec: number | null): number | null {
  return sec === null ? null : Number(sec.toFixed(3));
}
