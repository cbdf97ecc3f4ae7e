/** What the agent says of each pipeline of its node, from its unit and from what the own origin has of it. Pure. */
import type { OriginReport, OriginStreamReport, ReplicaReport, UnitReport } from '../health/report.ts';
import { PIPELINE_PREFIX } from './pipeline-units.ts';

export interface ReplicaFacts {
  readonly units: readonly UnitReport[];
  readonly origin: OriginReport | null;
  /** What is placed here, as far as is known. */
  readonly placed: ReadonlyMap<string, 'replica' | 'joining'>;
  /** Whether the stream's time is over: nobody publishes it and its slate has been shown long enough. */
  readonly isOver: (stream: string) => boolean;
}

const NOTHING_SENT = { fresh: false, tracks: {}, segments: [], lastMsn: null } as const;

/** Reports every stream that is placed here or has a unit here, by name. */
export function reportReplicas(facts: ReplicaFacts): readonly ReplicaReport[] {
  const units = new Map(
    facts.units
      .filter(({ name }) => name.startsWith(PIPELINE_PREFIX))
      .map((unit) => [unit.name.slice(PIPELINE_PREFIX.length), unit]),
  );
  const origin = new Map((facts.origin?.streams ?? []).map((report) => [report.stream, report]));
  const streams = [...new Set([...facts.placed.keys(), ...units.keys()])].sort();
  return streams.map((stream) => {
    const report = origin.get(stream);
    return {
      stream,
      as: facts.placed.get(stream) ?? null,
      state: stateOf(units.get(stream), report, facts.isOver(stream)),
      ...(report?.pipeline ?? NOTHING_SENT),
    };
  });
}

function stateOf(
  unit: UnitReport | undefined,
  report: OriginStreamReport | undefined,
  isOver: boolean,
): ReplicaReport['state'] {
  const hasParts = (report?.pipeline?.lastMsn ?? null) !== null;
  if (hasParts) return report?.status?.state ?? 'starting';
  if (isOver) return 'ended';
  return unit?.state === 'failed' || unit?.state === 'restarting' ? 'failed' : 'starting';
}
