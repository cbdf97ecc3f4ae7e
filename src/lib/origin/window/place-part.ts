import type { PartMessage } from '../../feed/message.ts';
import type { TrackWindow, WindowPart, WindowSegment } from './track-window.ts';

/**
 * Where a part of some feed stands against the window: `known` and `differs` are compared with what was served in its
 * place; `next` goes on without a seam; `ahead` leaves something out or breaks the timeline; `past` says nothing.
 */
export type PartPlace = 'past' | 'known' | 'differs' | 'next' | 'ahead';

/** Interchangeable replicas agree to this many seconds: re-encoded audio moves by up to 32 ticks of 48 kHz. */
export const TOLERANCE_SEC = 0.002;

/** Places a part. Pure. */
export function placePart(window: TrackWindow, part: PartMessage): PartPlace {
  const last = window.segments.at(-1);
  if (last === undefined) return part.part === 0 ? 'next' : 'past';
  if (part.msn > last.msn) return isSeamless(window, last, part) ? 'next' : 'ahead';
  const segment = window.find(part.msn);
  if (segment === undefined || segment.gap || segment.parts.length === 0) return 'past';
  const served = segment.parts[part.part];
  if (served !== undefined) return sameShape(window, { served, segment }, part) ? 'known' : 'differs';
  if (segment.complete || part.initId !== segment.initId) return 'differs';
  if (part.part > segment.parts.length) return 'ahead';
  return near(window, part.decodeTime, endOf(segment)) ? 'next' : 'differs';
}

function isSeamless(window: TrackWindow, last: WindowSegment, part: PartMessage): boolean {
  if (!last.complete || part.msn !== last.msn + 1 || part.part !== 0) return false;
  return part.initId === last.initId && near(window, part.decodeTime, endOf(last));
}

function sameShape(
  window: TrackWindow,
  { served, segment }: { served: WindowPart; segment: WindowSegment },
  part: PartMessage,
): boolean {
  return (
    part.initId === segment.initId &&
    part.frames === served.frames &&
    near(window, part.decodeTime, served.decodeTime) &&
    near(window, part.durationTicks, served.durationTicks)
  );
}

const endOf = (segment: WindowSegment): number => segment.decodeTime + segment.durationTicks;

const near = ({ timescale }: TrackWindow, a: number, b: number): boolean =>
  Math.abs(a - b) <= timescale * TOLERANCE_SEC;
