/** Health of one replica from its origin's report and its pipeline's unit. Pure. */
import type { Peer } from '../nodes/node-config.ts';
import type { ReplicaStatus, StreamStatusState } from './cluster-status.ts';
import { worstHealth } from './judge-node.ts';
import type { OriginStreamReport, UnitReport } from './report.ts';
import type { ServiceLevels } from './service-levels.ts';

export interface ReplicaWords {
  readonly peer: Peer;
  /** Of the whole stream. */
  readonly state: StreamStatusState;
  readonly report: OriginStreamReport | null;
  readonly unit: UnitReport | null;
  readonly joining: boolean;
}

/** Judges a replica: `up` when its origin says so and nothing here speaks against it. */
export function judgeReplica(
  words: ReplicaWords,
  { nowMs, levels }: { readonly nowMs: number; readonly levels: ServiceLevels },
): ReplicaStatus {
  const { peer, report } = words;
  const own = [...faultsOfUnit(words, nowMs, levels), ...faultsOfReport(words, levels)];
  const reasons = new Set([...(report?.reasons ?? []), ...(report?.status?.reasons ?? []), ...own]);
  const health = worstHealth([report?.health ?? 'degraded', reasons.size > 0 ? 'degraded' : 'up']);
  return {
    node: peer.name,
    region: peer.region,
    health: report === null && reasons.size === 0 ? 'unknown' : health,
    reasons: reasons.size === 0 && health !== 'up' ? ['starting'] : [...reasons],
    liveEdgeSec: report?.liveEdgeSec ?? null,
    shed: report?.status?.shed ?? [],
    joining: words.joining,
  };
}

function faultsOfUnit({ unit, report }: ReplicaWords, nowMs: number, levels: ServiceLevels): string[] {
  if (unit === null) return [];
  if (unit.state === 'failed') return ['its pipeline has failed'];
  if (unit.state === 'restarting') return ['its pipeline is being restarted'];
  const ageMs = unit.sinceMs === null ? 0 : nowMs - unit.sinceMs;
  return report === null && ageMs > levels.startingSec * 1000 ? ['its pipeline has sent nothing yet'] : [];
}

function faultsOfReport({ report, state }: ReplicaWords, levels: ServiceLevels): string[] {
  if (report === null) return [];
  const faults: string[] = [];
  const own = report.status?.state;
  if (report.feeds.every((feed) => feed.connectedSinceMs === null)) faults.push('its feed is broken');
  if (state === 'live' && own === 'slate') faults.push('shows the slate while another replica is live');
  if (report.liveEdgeSec !== null && report.liveEdgeSec > levels.replicaBehindSec) {
    faults.push(
      `${report.liveEdgeSec.toFixed(1)} s behind the clock, at most ${levels.replicaBehindSec} s is well`,
    );
  }
  return faults;
}
