/**
 * Whether a new replica can stand in for a running one: the same tracks, the same segments under the same numbers, and
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
  if (candidate.signature !== reference.signature) return 'its tracks are not those of the running replica';
  return findGridLack(candidate, reference);
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
