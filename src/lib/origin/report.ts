import type { OriginReport, OriginStreamReport } from '../health/report.ts';
import type { HostedStream } from './hosted-stream.ts';
import type { TrackWindow } from './window/track-window.ts';

/** Segments over which bit rates and frame rates are measured. */
const MEASURED_SEGMENTS = 5;

/** What this origin says of itself. */
export function reportOrigin(
  origin: Omit<OriginReport, 'streams' | 'rssBytes' | 'reasons'> & { readonly nowMs: number },
  streams: Iterable<HostedStream>,
): OriginReport {
  const reports = [...streams]
    .filter((hosted) => hosted.live.hello !== null)
    .map((hosted) => reportStream(hosted, origin.nowMs));
  return {
    node: origin.node,
    startedMs: origin.startedMs,
    streams: reports,
    ...(origin.departures && { departures: origin.departures }),
    rssBytes: process.memoryUsage.rss(),
    reasons: [...new Set([...streams].flatMap((hosted) => hosted.store.failure ?? []))],
  };
}

function reportStream(hosted: HostedStream, nowMs: number): OriginStreamReport {
  const { live, store } = hosted;
  const video = live.tracks.find((track) => track.kind === 'video') ?? live.tracks[0];
  const window = video === undefined ? undefined : live.windows.get(video.id);
  const endSec = hosted.pipeline?.endSec ?? window?.endSec() ?? null;
  const windows = [...live.windows.values()];
  const fresh = video !== undefined && live.fresh(video.id, nowMs);
  const reasons = planReasons(hosted, { fresh, nowMs });
  const supply = hosted.feeds.report();
  const delivers = fresh || live.ended;
  return {
    stream: live.name,
    health: delivers ? (reasons.length === 0 ? 'up' : 'degraded') : 'down',
    reasons,
    relay: hosted.pipeline === null,
    feeds: reportFeeds(hosted),
    supply,
    pipeline: hosted.pipeline?.log.marks(nowMs) ?? null,
    status: hosted.pipeline?.status ?? live.status,
    tracks: live.tracks,
    liveEdgeSec: endSec === null ? null : nowMs / 1000 - endSec,
    lastMsn: window?.segments.at(-1)?.msn ?? null,
    firstMsn: window?.segments[0]?.msn ?? null,
    inits: Object.fromEntries(
      [...live.windows].flatMap(([id, { segments }]) => {
        const init = segments.at(-1)?.initId;
        return init === undefined ? [] : [[id, init]];
      }),
    ),
    kbps: Object.fromEntries(live.tracks.map(({ id }) => [id, measureKbps(live.windows.get(id))])),
    frameRate: measureFrameRate(window),
    dvrSec: window?.durationSec() ?? 0,
    memoryBytes: windows.reduce((sum, one) => sum + memoryBytes(one), 0),
    diskBytes: store.bytes,
    viewers: hosted.viewers.count(nowMs),
  };
}

function planReasons(
  { live, store, pipeline, lostSegmentMs }: HostedStream,
  { fresh, nowMs }: { readonly fresh: boolean; readonly nowMs: number },
): string[] {
  const reasons = [...((pipeline?.status ?? live.status)?.reasons ?? [])];
  const mute = pipeline?.lastPartMs != null && !pipeline.delivers(nowMs);
  if (!fresh && !live.ended) reasons.push('no new part for over 1.5 part targets');
  else if (mute && !live.ended) reasons.push('its pipeline delivers nothing: another replica stands in');
  const isShort = lostSegmentMs !== null && nowMs - lostSegmentMs < 1000 * (live.hello?.dvrSec ?? 0);
  if (store.failure !== null) reasons.push(store.failure);
  else if (isShort) reasons.push(`the recording is short: it begins after ${formatTime(lostSegmentMs)}`);
  return reasons;
}

const formatTime = (unixMs: number): string => `${new Date(unixMs).toISOString().slice(0, 19)}Z`;

/** The pipeline's first. */
function reportFeeds({ pipeline, feeds }: HostedStream): OriginStreamReport['feeds'] {
  const others = [...feeds.feeds].filter((feed) => feed !== pipeline);
  return [...(pipeline === null ? [] : [pipeline]), ...others].map((feed) => ({
    replica: feed.replica ?? '',
    from: feed.from?.name ?? 'pipeline',
    connectedSinceMs: feed.sinceMs,
    lastPartMs: feed.lastPartMs,
    drift: feed.drift,
  }));
}

function measureKbps(window: TrackWindow | undefined): number {
  const measured = (window?.segments ?? [])
    .filter((one) => one.complete && !one.gap)
    .slice(-MEASURED_SEGMENTS);
  const ticks = measured.reduce((sum, one) => sum + one.durationTicks, 0);
  const bytes = measured.reduce((sum, one) => sum + one.size, 0);
  return ticks === 0 ? 0 : Math.round((bytes * 8 * window!.timescale) / ticks / 1000);
}

function measureFrameRate(window: TrackWindow | undefined): number | null {
  const counted = (window?.segments ?? []).filter((one) => one.complete && one.frames > 0);
  const measured = counted.slice(-MEASURED_SEGMENTS);
  const ticks = measured.reduce((sum, one) => sum + one.durationTicks, 0);
  const frames = measured.reduce((sum, one) => sum + one.frames, 0);
  return ticks === 0 ? null : Math.round((frames * window!.timescale * 1000) / ticks) / 1000;
}

function memoryBytes(window: TrackWindow): number {
  return window.segments.reduce((sum, one) => sum + (one.parts.length > 0 ? one.size : 0), 0);
}
