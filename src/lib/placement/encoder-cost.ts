/** What a stream's pipeline costs, in thousandths of encoding one rendition of 720p at 30 frames a second. Pure. */
import type { StreamSettings } from '../spec/stream-settings.ts';

/** Thousandths in a unit of cost: what specs and people count in. */
export const COST_UNIT = 1000;
const UNIT_PIXELS = 1280 * 720;
/** Passing video on costs no encoder, but audio, packaging and a process. */
const COPY_COST = 50;

/**
 * Cost of one replica of a stream: pixels × frame rate, summed over the ladder; whole, at least 1. A source's frame rate
 * is not known before it publishes, so each counts as 30 frames a second.
 */
export function encoderCost({ video, ladder }: StreamSettings): number {
  if (video === 'copy') return COPY_COST;
  const pixels = ladder.reduce((sum, { width, height }) => sum + width * height, 0);
  return Math.max(1, Math.round((pixels / UNIT_PIXELS) * COST_UNIT));
}

/** Formats a cost in units, for people: 1556 is `1.56`. */
export function formatCost(cost: number): string {
  const units = cost / COST_UNIT;
  return String(Number(units < 1 ? units.toPrecision(2) : units.toFixed(2)));
}
