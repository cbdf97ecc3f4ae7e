/**
 * The timeline of a drill as SVG: what happened when, how many viewers were without a picture, how far behind live
 * they were, and each viewer's buffer as a band. Colours are classes of the page; each has a word in the legend. Pure.
 */
import type { DrillPictures, DrillRun } from '../drill-result.ts';
import type { ViewerBand, ViewerSecond } from '../watch/viewer-log.ts';
import { escapeXml } from './junit.ts';
import { placeMarks, type TimelineMark } from './place-marks.ts';

const WIDTH = 1000;
const LEFT = 104;
const RIGHT = 12;
const CHART = 64;
const GAP = 26;
const MARK_ROW = 17;
/** Seconds before the fault that are drawn. */
const LEAD_SEC = 5;

/** Seconds since the fault to pixels. */
interface Scale {
  readonly fromSec: number;
  readonly toSec: number;
  readonly x: (sec: number) => number;
}

export function formatTimelineSvg(run: DrillRun, { bands, seconds }: DrillPictures): string {
  const faultMs = run.faultMs ?? run.startedMs;
  const scale = createScale(-LEAD_SEC, Math.max(1, (run.endedMs - faultMs) / 1000));
  const marks = placeMarks(run, scale);
  const rows = Math.max(0, ...marks.map(({ row }) => row)) + 1;
  const topOfCharts = rows * MARK_ROW + 12;
  const body: string[] = [];
  let y = topOfCharts;
  const total = Math.max(1, ...seconds.map(({ playing, stalled }) => playing + stalled));
  body.push(
    drawChart(seconds, {
      faultMs,
      scale,
      y,
      top: total,
      label: 'no picture',
      unit: '',
      of: ({ stalled }) => stalled,
    }),
  );
  y += CHART + GAP;
  const edges = seconds.map(({ liveEdgeSec }) => liveEdgeSec ?? 0);
  const highest = Math.max(4, Math.ceil(Math.max(0, ...edges)));
  body.push(
    drawChart(seconds, {
      ...{ faultMs, scale, y, top: highest, label: 'behind live', unit: ' s' },
      of: ({ liveEdgeSec }) => liveEdgeSec,
    }),
  );
  y += CHART + GAP;
  for (const region of [...new Set(bands.map((band) => band.region))]) {
    const own = bands.filter((band) => band.region === region);
    const drawn = drawBands(own, { faultMs, scale, y, region });
    body.push(drawn.svg);
    y += drawn.height + 12;
  }
  const axis = drawAxis(scale, y, topOfCharts);
  const height = y + 28;
  // Labels above all lines: a line may run through the label of another mark.
  const drawn = [...marks.map((mark) => drawMarkLine(mark, y)), ...marks.map(drawMarkLabel)].join('');
  const title = `Timeline of the drill ${run.drill}`;
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">${axis}${body.join('')}${drawn}</svg>`;
}

function createScale(fromSec: number, toSec: number): Scale {
  const width = WIDTH - LEFT - RIGHT;
  const x = (sec: number): number =>
    LEFT + (width * (Math.min(toSec, Math.max(fromSec, sec)) - fromSec)) / (toSec - fromSec);
  return { fromSec, toSec, x };
}

interface ChartOptions {
  readonly faultMs: number;
  readonly scale: Scale;
  readonly y: number;
  readonly top: number;
  readonly label: string;
  /** After the figures of its axis. */
  readonly unit: string;
  readonly of: (second: ViewerSecond) => number | null;
}

function drawChart(seconds: readonly ViewerSecond[], options: ChartOptions): string {
  const { faultMs, scale, y, top, label, unit, of } = options;
  const points = seconds.flatMap((second) => {
    const sec = (second.atMs - faultMs) / 1000;
    const value = of(second);
    if (value === null || sec < scale.fromSec || sec > scale.toSec) return [];
    return [[scale.x(sec), y + CHART - (CHART * Math.min(top, value)) / top] as const];
  });
  const base = y + CHART;
  const frame = `<line class="rule" x1="${LEFT}" y1="${base}" x2="${WIDTH - RIGHT}" y2="${base}"/>`;
  const texts = `<text class="label" x="0" y="${y + 12}">${escapeXml(label)}</text><text class="tick" x="${LEFT - 8}" y="${y + 10}" text-anchor="end">${top}${unit}</text><text class="tick" x="${LEFT - 8}" y="${base}" text-anchor="end">0</text>`;
  if (points.length === 0) return frame + texts;
  const path = points.map(([x, at], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(at)}`).join('');
  const last = points.at(-1)!;
  const area = `${path}L${round(last[0])} ${base}L${round(points[0]![0])} ${base}Z`;
  const kind = label === 'no picture' ? 'harm' : 'edge';
  return `${frame}<path class="area ${kind}" d="${area}"/><path class="line ${kind}" d="${path}"/>${texts}`;
}

interface BandOptions {
  readonly faultMs: number;
  readonly scale: Scale;
  readonly y: number;
  readonly region: string;
}

function drawBands(
  bands: readonly ViewerBand[],
  { faultMs, scale, y, region }: BandOptions,
): { svg: string; height: number } {
  const step = bands.length > 60 ? 3 : bands.length > 25 ? 5 : 8;
  const strips = bands.map((band, index) => {
    const runs = mergeRuns(band, faultMs, scale);
    const at = y + index * step;
    const rects = runs.map(
      ({ fromSec, toSec, kind }) =>
        `<rect class="${kind}" x="${round(scale.x(fromSec))}" y="${at}" width="${round(scale.x(toSec) - scale.x(fromSec))}" height="${step - 1}"/>`,
    );
    return `<g>${rects.join('')}<title>viewer ${band.id} of ${escapeXml(region)}</title></g>`;
  });
  const height = bands.length * step;
  const label = `<text class="label" x="0" y="${y + 12}">${escapeXml(region)}</text><text class="tick" x="0" y="${y + 28}">${bands.length} drawn</text>`;
  return { svg: label + strips.join(''), height: Math.max(height, 32) };
}

/** What a band shows: `well`, `low` (under half a second buffered), `other`, `none` (no picture), `start`, `over`. */
type BandKind = 'well' | 'low' | 'other' | 'none' | 'start' | 'over';
const LOW_MS = 500;
const KINDS = { s: 'none', w: 'start', f: 'over' } as const;

function mergeRuns(
  { points }: ViewerBand,
  faultMs: number,
  { fromSec, toSec }: Scale,
): { fromSec: number; toSec: number; kind: BandKind }[] {
  const runs: { fromSec: number; toSec: number; kind: BandKind }[] = [];
  points.forEach(([atMs, aheadMs, state], index) => {
    const from = Math.max(fromSec, (atMs - faultMs) / 1000);
    const to = Math.min(toSec, ((points[index + 1]?.[0] ?? atMs + 200) - faultMs) / 1000);
    if (to <= from) return;
    const playing: BandKind = aheadMs < LOW_MS ? 'low' : state === 'o' ? 'other' : 'well';
    const kind = state === 'p' || state === 'o' ? playing : KINDS[state];
    const last = runs.at(-1);
    if (last?.kind === kind && from - last.toSec < 0.05) last.toSec = to;
    else runs.push({ fromSec: from, toSec: to, kind });
  });
  return runs;
}

function drawAxis({ fromSec, toSec, x }: Scale, bottom: number, top: number): string {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300];
  const step = steps.find((one) => (toSec - fromSec) / one <= 12) ?? 600;
  const ticks: string[] = [];
  for (let sec = Math.ceil(fromSec / step) * step; sec <= toSec; sec += step) {
    const at = round(x(sec));
    ticks.push(
      `<line class="grid" x1="${at}" y1="${top}" x2="${at}" y2="${bottom}"/><text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${sec} s</text>`,
    );
  }
  return ticks.join('');
}

function drawMarkLine({ x, row, kind }: TimelineMark, bottom: number): string {
  const at = round(x);
  return `<g class="mark ${kind}"><line x1="${at}" y1="${row * MARK_ROW + 4}" x2="${at}" y2="${bottom}"/></g>`;
}

function drawMarkLabel({ x, row, label, kind, left }: TimelineMark): string {
  const at = round(x) + (left ? -5 : 5);
  const anchor = left ? 'end' : 'start';
  return `<g class="mark ${kind}"><text x="${at}" y="${row * MARK_ROW + 12}" text-anchor="${anchor}">${escapeXml(label)}</text></g>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
