/** What to do with this node's pipelines. Pure; unknown never removes. */

export interface PipelineFacts {
  readonly nowMs: number;
  /** Streams that are published now, as far as is known. */
  readonly live: ReadonlySet<string>;
  /** False while the store is away: then a stream that is not in `live` may be live all the same. */
  readonly liveIsComplete: boolean;
  /** Whether this node runs the stream's pipeline. */
  readonly isPlacedHere: (stream: string) => boolean;
  /** Streams with a pipeline unit here, and whether that unit is wanted up. */
  readonly units: ReadonlyMap<string, { readonly isUp: boolean }>;
  /** Unix milliseconds when each stream was last seen live by this agent. */
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
  const start = [...facts.live].filter(
    (stream) => facts.isPlacedHere(stream) && facts.units.get(stream)?.isUp !== true,
  );
  const remove = [...facts.units.keys()].filter((stream) => isOver(facts, stream));
  return { start, remove };
}

function isOver(facts: PipelineFacts, stream: string): boolean {
  if (!facts.isPlacedHere(stream)) return true;
  if (facts.live.has(stream) || !facts.liveIsComplete) return false;
  if (facts.ended.has(stream)) return true;
  const silentMs = facts.nowMs - (facts.lastLiveMs.get(stream) ?? facts.nowMs);
  return silentMs > facts.slateMaxSec(stream) * 1000 + GRACE_MS;
}
