/**
 * Glass to glass: from the moment a frame left the publisher to the moment a browser showed it, by the number burnt
 * into the picture. The cluster and the stack that people build by hand are measured at the same time, from the same
 * publisher, each in a page of its own; what streamctl itself says of the distance is compared with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { OriginReport } from '../src/lib/health/report.ts';
import { startBrowser } from '../test/support/browser.ts';
import { readFigures } from '../test/support/page-figures.ts';
import type { ShownFrame } from '../test/support/shown-frame.ts';
import { takeShownFrames, watchCounter } from '../test/support/watch-counter.ts';
import type { BenchContext } from './context.ts';
import { startDiyStack } from './diy-stack.ts';
import { atMost, below, type Figure } from './figure.ts';
import { type FrameTap, startFrameTap } from './frame-tap.ts';
import { runViewerCommand } from './measure-viewers.ts';
import { quantile } from './statistics.ts';

const FPS = 30;
const SETTLE_MS = 15_000;
const PAGE_LOADS = 20;
const LOAD_LIMIT_MS = 15_000;
const POLL_MS = 500;
/** Small: a browser without a graphics card draws with the processor that the cluster needs. */
const WINDOW = { width: 480, height: 360 };

/** What one page showed. */
interface Seen {
  readonly latenciesSec: number[];
  shown: number;
  unreadable: number;
  /** Frames that came twice or went back. */
  repeated: number;
  /** Frames that were skipped, up to `first`. */
  neverShown: number;
  first: Place | null;
  last: Place | null;
}

/** A frame's number, and how many the browser had shown by then. */
interface Place {
  readonly frame: number;
  readonly presented: number;
}

/** Measures the cluster against the counter, and the hand-made stack beside it. */
export async function measureLatency(context: BenchContext, diyAddress: string): Promise<Figure[]> {
  const { cluster, say, root, minutes } = context;
  const contribution = cluster.contributionUrls[0]!;
  const tap = await startFrameTap(contribution, 'demo', FPS);
  const rtmpUrl = `rtmp://${new URL(contribution).hostname}/live/demo`;
  const diy = await startDiyStack({ root, address: diyAddress, port: 8090, rtmpUrl });
  // One browser each: a page behind another is drawn once a second only.
  const [browser, diyBrowser] = await Promise.all([startBrowser(), startBrowser()]);
  try {
    say(`glass to glass in Chromium for ${minutes} min, beside ffmpeg HLS + nginx + hls.js defaults`);
    await sleep(SETTLE_MS);
    const ours = await browser.open(`${cluster.edgeUrls[0]}/watch/demo`, WINDOW);
    const theirs = await diyBrowser.open(diy.pageUrl, WINDOW);
    await Promise.all(
      [ours, theirs].map((page) =>
        page.waitForFunction('document.querySelector("video")?.currentTime > 0', undefined, {
          timeout: 60_000,
        }),
      ),
    );
    await Promise.all([watchCounter(ours), watchCounter(theirs)]);
    await sleep(SETTLE_MS);
    const [seen, viewers] = await Promise.all([
      watch([ours, theirs], tap, context),
      runViewerCommand(context, 10, minutes * 60),
    ]);
    const { stalls, targetSec } = await readFigures(ours);
    await ours.close();
    await diyBrowser.close();
    say(`startup in Chromium, ${PAGE_LOADS} loads`);
    const startups = await loadPages(browser.open, `${cluster.edgeUrls[0]}/watch/demo`);
    return [
      ...latencyFigures(seen.pages[0]!, seen.pages[1]!),
      viewerErrorFigure({
        said: viewers.liveEdgeSec.p50,
        measured: quantile(seen.pages[0]!.latenciesSec, 0.5),
        page: `the page stalled ${stalls} times, its target is ${targetSec} s`,
      }),
      sampleErrorFigure('player page: error of behind live against the counter', seen.pageErrorsSec),
      sampleErrorFigure('status: error of the live edge against the counter', seen.statusErrorsSec),
      startupFigure(startups),
    ];
  } finally {
    await Promise.all([browser.close(), diyBrowser.close()]);
    await diy.close();
    tap.close();
  }
}

interface Watched {
  readonly pages: readonly Seen[];
  /** The page's own figure minus the counter's, at the same moment. */
  readonly pageErrorsSec: number[];
  readonly statusErrorsSec: number[];
}

async function watch(pages: readonly Page[], tap: FrameTap, context: BenchContext): Promise<Watched> {
  const seen = pages.map(
    (): Seen => ({
      latenciesSec: [],
      shown: 0,
      unreadable: 0,
      repeated: 0,
      neverShown: 0,
      first: null,
      last: null,
    }),
  );
  const pageErrorsSec: number[] = [];
  const statusErrorsSec: number[] = [];
  for (const page of pages) await takeShownFrames(page);
  const endMs = performance.now() + context.minutes * 60_000;
  while (performance.now() < endMs) {
    await sleep(POLL_MS);
    for (const [index, page] of pages.entries()) noteFrames(await takeShownFrames(page), seen[index]!, tap);
    const error = await pageError(pages[0]!, seen[0]!, tap);
    if (error !== null) pageErrorsSec.push(error);
    const off = await statusError(context.cluster.originUrls[0]!, tap).catch(() => null);
    if (off !== null) statusErrorsSec.push(off);
  }
  return { pages: seen, pageErrorsSec, statusErrorsSec };
}

/** What the page says of its distance, minus how old the frame is that it shows at this moment, also while it stands. */
async function pageError(page: Page, seen: Seen, tap: FrameTap): Promise<number | null> {
  const { own, nowMs, frames } = (await page.evaluate(`({
    own: window.streamctl.behindLiveSec,
    nowMs: performance.timeOrigin + performance.now(),
    frames: window.counterWatch.splice(0),
  })`)) as { own: number | null; nowMs: number; frames: ShownFrame[] };
  noteFrames(frames, seen, tap);
  const sentAtMs = seen.last === null ? null : tap.sentAtMs(seen.last.frame);
  return own === null || sentAtMs === null ? null : own - (nowMs - sentAtMs) / 1000;
}

function noteFrames(frames: readonly ShownFrame[], seen: Seen, tap: FrameTap): void {
  for (const { frame, atMs, presented } of frames) {
    seen.shown += 1;
    if (frame === null) {
      seen.unreadable += 1;
      continue;
    }
    const sentAtMs = tap.sentAtMs(frame);
    if (sentAtMs !== null) seen.latenciesSec.push((atMs - sentAtMs) / 1000);
    if (seen.last !== null && frame <= seen.last.frame) seen.repeated += 1;
    const last = { frame, presented };
    // The page began anew, or the publisher did: counted up to here.
    if (seen.last !== null && (presented < seen.last.presented || frame < seen.last.frame)) {
      seen.neverShown += neverShown(seen);
      seen.first = last;
    }
    seen.last = last;
    seen.first ??= last;
  }
}

/** Frames that passed without having been shown, net of those the browser showed unseen by the counter's reader. */
function neverShown({ first, last }: Seen): number {
  if (first === null || last === null) return 0;
  return Math.max(0, last.frame - first.frame - (last.presented - first.presented));
}

/** The origin's live edge, minus the distance by when the edge's last frame was really sent. */
async function statusError(origin: string, tap: FrameTap): Promise<number | null> {
  const response = await fetch(`${origin}/status`, { signal: AbortSignal.timeout(1000) });
  const nowMs = performance.timeOrigin + performance.now();
  const report = (await response.json()) as OriginReport;
  const liveEdgeSec = report.streams.find(({ stream }) => stream === 'demo')?.liveEdgeSec ?? null;
  if (liveEdgeSec === null) return null;
  const sentAtMs = tap.sentAtMs(tap.frameAt(nowMs - liveEdgeSec * 1000) - 1);
  if (sentAtMs === null) return null;
  // The edge is the end of its last frame: one frame after that frame began.
  return liveEdgeSec - (nowMs - sentAtMs - 1000 / FPS) / 1000;
}

async function loadPages(open: (url: string) => Promise<Page>, url: string): Promise<number[]> {
  const startups: number[] = [];
  for (let load = 0; load < PAGE_LOADS; load += 1) {
    const page = await open(url);
    const started = page.waitForFunction('window.streamctl?.startupMs', undefined, {
      timeout: LOAD_LIMIT_MS,
      polling: 50,
    });
    // A page that never starts counts with the limit: it is a result, and a bad one.
    const startupMs = await started.then((handle) => handle.jsonValue()).catch(() => LOAD_LIMIT_MS);
    startups.push(startupMs as number);
    await page.close();
  }
  return startups;
}

function latencyFigures(ours: Seen, theirs: Seen): Figure[] {
  const [p50, p95] = [quantile(ours.latenciesSec, 0.5), quantile(ours.latenciesSec, 0.95)];
  const [diy50, diy95] = [quantile(theirs.latenciesSec, 0.5), quantile(theirs.latenciesSec, 0.95)];
  const detail = `${ours.latenciesSec.length} frames, ${ours.unreadable} unreadable`;
  const comparable = p50 !== null && diy50 !== null;
  return [
    { name: 'behind live p95, glass to glass', unit: 's', value: p95, must: below(3), aim: below(2), detail },
    { name: 'behind live p50, glass to glass', unit: 's', value: p50, must: null, aim: null, detail },
    {
      name: 'hand-made stack: behind live p50, glass to glass',
      unit: 's',
      value: diy50,
      must: null,
      aim: null,
      detail: `p95 ${diy95?.toFixed(2) ?? '–'} s, ${theirs.latenciesSec.length} frames`,
    },
    {
      name: 'behind live p50 ÷ that of the hand-made stack',
      unit: '',
      value: comparable ? p50 / diy50 : null,
      must: below(1 / 3),
      aim: below(1 / 5),
      detail: 'ffmpeg HLS 2 s, nginx, hls.js defaults; same publisher, same time',
    },
    {
      name: 'frames repeated, or never shown, by the counter in Chromium',
      unit: '',
      value: ours.shown === 0 ? null : ours.repeated + ours.neverShown + neverShown(ours),
      must: null,
      aim: null,
      detail: `of ${ours.shown}; Chromium itself drops frames when it lacks CPU`,
    },
  ];
}

interface ViewerError {
  readonly said: number | null;
  readonly measured: number | null;
  /** A browser that stalls stays farther back than viewers that do not. */
  readonly page: string;
}

function viewerErrorFigure({ said, measured, page }: ViewerError): Figure {
  return {
    name: 'simulated viewers: error of behind live against the counter',
    unit: 's',
    value: said === null || measured === null ? null : Math.abs(said - measured),
    must: below(0.3),
    aim: below(0.1),
    detail: `p50 said ${said?.toFixed(2) ?? '–'} s, counter ${measured?.toFixed(2) ?? '–'} s; ${page}`,
  };
}

function sampleErrorFigure(name: string, errors: readonly number[]): Figure {
  const sizes = errors.map(Math.abs);
  const median = quantile(errors, 0.5);
  const detail = `p95 of ${errors.length} samples, median ${median?.toFixed(3) ?? '–'} s`;
  return { name, unit: 's', value: quantile(sizes, 0.95), must: atMost(0.3), aim: atMost(0.1), detail };
}

function startupFigure(startupsMs: readonly number[]): Figure {
  const p95 = quantile(startupsMs, 0.95);
  return {
    name: 'startup p95, Chromium',
    unit: 's',
    value: p95 === null ? null : p95 / 1000,
    must: below(2),
    aim: below(0.6),
    detail: `${startupsMs.length} page loads, median ${quantile(startupsMs, 0.5)} ms, from the page's script to the first frame`,
  };
}
