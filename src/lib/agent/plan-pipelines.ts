/** What to do with this node's pipelines. Pure; unknown never removes. */

/** `unsure`: neither started nor removed. */
export type Seat = 'here' | 'not-here' | 'unsure';

export interface PipelineFacts {
  readonly nowMs: number;
  /** Streams that are published now, as far as is known. */
  readonly live: ReadonlySet<string>;
  /** False while nobody can say which streams are live: then one that is not in `live` may be live all the same. */
  readonly liveIsComplete: boolean;
  /** Streams that may have to run here: placed here, or live. */
  readonly candidates: Iterable<string>;
  /** Whether this node runs the stream's pipeline. */
  readonly seatOf: (stream: string) => Seat;
  /** Streams with a pipeline unit here, and whether that unit is wanted up. */
  readonly units: ReadonlyMap<string, { readonly isUp: boolean }>;
  /** Unix milliseconds when each stream was last seen live, or first seen at all, by this agent. */
  readonly lastLiveMs: ReadonlyMap<string, number>;
  /** Streams whose pipeline has said that it ended. */
  readonly ended: ReadonlySet<string>;
  readonly slateMaxSec: (stream: string) => number;
}

export interface PipelinePlan {
  readonly start: readonly string[];
  readonly remove: readonly string[];
}

/** A pipeline ends by itself when its slate is over; one that does not is helped so long after. */
const GRACE_MS = 10_000;

/** Decides which pipelines to start and which to remove. */
export function planPipelines(facts: PipelineFacts): PipelinePlan {
  const { seatOf, units, live } = facts;
  const start = [...new Set(facts.candidates)].filter(
    (stream) =>
      seatOf(stream) === 'here' &&
      units.get(stream)?.isUp !== true &&
      (live.has(stream) || (!facts.ended.has(stream) && silentMs(facts, stream) <= slateMs(facts, stream))),
  );
  const remove = [...units.keys()].filter(
    (stream) => seatOf(stream) === 'not-here' || (facts.liveIsComplete && isOver(facts, stream)),
  );
  return { start, remove };
}

/** Whether a stream's time is over: nobody publishes it, and it ended or its slate has been shown long enough. */
export function isOver(
  facts: Pick<PipelineFacts, 'nowMs' | 'live' | 'lastLiveMs' | 'ended' | 'slateMaxSec'>,
  stream: string,
): boolean {
  if (facts.live.has(stream)) return false;
  return facts.ended.has(stream) || silentMs(facts, stream) > slateMs(facts, stream) + GRACE_MS;
}

function silentMs(
  { nowMs, lastLiveMs }: Pick<PipelineFacts, 'nowMs' | 'lastLiveMs'>,
  stream: string,
): number {
  return nowMs - (lastLiveMs.get(stream) ?? nowMs);
}

function slateMs({ slateMaxSec }: Pick<PipelineFacts, 'slateMaxSec'>, stream: string): number {
  return slateMaxSec(stream) * 1000;
}
