/**
 * Whether a new replica can stand in for a running one: tracks made the same way, the same segments under the same numbers, and
 * as far along. Pure; what is compared comes from heartbeats.
 */
import type { ReplicaReport } from '../health/report.ts';

/** What is known of a stream's pipeline on a node; null: its node reports none, or is not heard. */
export type Reported = ReplicaReport | null;

/** How many segments the newest of both may be apart: one is made while the other's heartbeat is under way. */
const MAX_APART = 1;

/** Whether a pipeline makes live media in time. */
export function playsLive(report: Reported): report is ReplicaReport {
  return report !== null && report.state === 'live' && report.fresh;
}

/** Says in words what `candidate` lacks to stand in for `reference`; null: nothing. */
export function findLack(candidate: Reported, reference: ReplicaReport): string | null {
  if (candidate === null) return 'its pipeline is not there yet';
  if (candidate.state === 'starting') return 'its pipeline has no part yet';
  if (candidate.state !== 'live') return `its pipeline is ${candidate.state}, not live`;
  if (!candidate.fresh) return 'its parts come late';
  return findTrackLack(candidate.tracks, reference.tracks) ?? findGridLack(candidate, reference);
}

/**
 * Tracks that both have must be the same, and every kind of track must be among them. That one has renditions that the
 * other has not is no lack: a crowded node leaves the highest out, and takes them up again when it can.
 */
function findTrackLack(own: ReplicaReport['tracks'], running: ReplicaReport['tracks']): string | null {
  const other = new Map(Object.entries(running));
  const shared = Object.entries(own).filter(([id]) => other.has(id));
  const changed = shared.filter(([id, text]) => other.get(id) !== text).map(([id]) => id);
  if (changed.length > 0) return `it makes ${changed.join(', ')} in another way than the running replica`;
  const kindOf = (text: string): string => text.split(' ')[0]!;
  const kinds = new Set(shared.map(([, text]) => kindOf(text)));
  const missing = [...other.values()].map(kindOf).find((kind) => !kinds.has(kind));
  if (missing !== undefined) return `it has no ${missing} that the running replica has, too`;
  return shared.length === 0 ? 'it has no whole set of tracks yet' : null;
}

function findGridLack(candidate: ReplicaReport, reference: ReplicaReport): string | null {
  const marks = new Map(reference.segments.map((mark) => [mark.msn, mark]));
  const own = candidate.segments.findLast(({ msn }) => marks.has(msn));
  if (own === undefined) return 'no whole segment that both have yet';
  const other = marks.get(own.msn)!;
  if (own.startTicks !== other.startTicks || own.frames !== other.frames) {
    return (
      `segment ${own.msn} is not the same: ${own.frames} frames from ${own.startTicks}, ` +
      `the running replica has ${other.frames} from ${other.startTicks}`
    );
  }
  const apart = Math.abs((candidate.lastMsn ?? 0) - (reference.lastMsn ?? 0));
  return apart > MAX_APART ? `it is ${apart} segments apart from the running replica` : null;
}
