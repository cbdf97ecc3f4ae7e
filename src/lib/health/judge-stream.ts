/**
 * State of one stream from what all nodes say of it. Pure.
 *
 * A replica is a pipeline and the origin beside it: an origin's report that is not a relay's, or a pipeline unit
 * whose feed has not reached its origin. Relays count only as witnesses when no replica can be asked.
 */

import { playlistUrl } from '../spec/public-urls.ts';
import type { Place, ReplicaStatus, StreamStatus, StreamStatusState } from './cluster-status.ts';
import { judgeReplica } from './judge-replica.ts';
import { listPublishers } from './list-publishers.ts';
import type { NodeAnswer } from './node-answer.ts';
import type { OriginStreamReport } from './report.ts';
import type { ServiceLevels } from './service-levels.ts';

export interface StreamFacts {
  readonly answers: readonly NodeAnswer[];
  readonly nowMs: number;
  readonly levels: ServiceLevels;
}

/** One origin's word about a stream. */
export interface Witness {
  readonly answer: NodeAnswer;
  readonly report: OriginStreamReport;
}

const STATES: readonly StreamStatusState[] = ['live', 'slate', 'starting', 'ended', 'offline'];
/** An origin that lost its pipeline this long ago no longer speaks for the stream. */
const STALE_MS = 10_000;

/** Judges a stream; `edges` are where its viewers go. */
export function judgeStream(name: string, edges: readonly NodeAnswer[], facts: StreamFacts): StreamStatus {
  const witnesses = facts.answers.flatMap((answer) => witnessesOf(name, answer));
  const fresh = witnesses.filter((witness) => isFresh(witness, facts.nowMs));
  const spoken = fresh.some((witness) => !witness.report.relay)
    ? fresh.filter((witness) => !witness.report.relay)
    : fresh;
  const state = saidState(spoken) ?? unsaidState(name, witnesses, facts.answers);
  const replicas =
    state === 'offline' || state === 'ended' ? [] : replicasOf({ name, state, witnesses: fresh, facts });
  const best = spoken.find((witness) => witness.report.status?.state === state) ?? spoken[0];
  return {
    name,
    state,
    liveEdgeSec: state === 'live' || state === 'slate' ? liveEdgeOf(replicas, spoken) : null,
    replicas,
    publishers: listPublishers(name, facts.answers),
    playback: playbackOf(name, edges),
    bitrateKbps: best === undefined ? null : bitrateOf(best.report),
    frameRate: best?.report.frameRate ?? null,
    viewers: sum(witnesses.map((witness) => witness.report.viewers)),
    notes: [...new Set(spoken.flatMap((witness) => witness.report.status?.notes ?? []))],
    sinceMs: best?.report.status?.sinceMs ?? null,
  };
}

function witnessesOf(name: string, answer: NodeAnswer): Witness[] {
  const reports = answer.origin?.streams.filter((report) => report.stream === name) ?? [];
  return reports.map((report) => ({ answer, report }));
}

function isFresh({ report }: Witness, nowMs: number): boolean {
  if (report.status === null || report.status.state === 'ended') return false;
  return report.feeds.some(
    (feed) => feed.connectedSinceMs !== null || nowMs - (feed.lastPartMs ?? 0) < STALE_MS,
  );
}

/** The best state that any origin says the stream is in. */
function saidState(spoken: readonly Witness[]): StreamStatusState | undefined {
  const said = spoken.map((witness) => witness.report.status?.state);
  return STATES.find((state) => said.some((word) => word === state));
}

/** The state of a stream that no origin speaks for. */
function unsaidState(
  name: string,
  witnesses: readonly Witness[],
  answers: readonly NodeAnswer[],
): StreamStatusState {
  const published = answers.some((answer) =>
    answer.agent?.sessions.some((session) => session.stream === name),
  );
  if (published) return 'starting';
  return witnesses.some((witness) => witness.report.status?.state === 'ended') ? 'ended' : 'offline';
}

interface ReplicaFacts {
  readonly name: string;
  readonly state: StreamStatusState;
  readonly witnesses: readonly Witness[];
  readonly facts: StreamFacts;
}

function replicasOf({ name, state, witnesses, facts }: ReplicaFacts): ReplicaStatus[] {
  return facts.answers.flatMap((answer) => {
    const report = witnesses.find((witness) => witness.answer === answer && !witness.report.relay)?.report;
    const unit = answer.agent?.units.find((candidate) => candidate.name === `pipeline-${name}`);
    if (report === undefined && (unit === undefined || unit.state === 'stopped')) return [];
    const joining = answer.agent?.replicas.find((one) => one.stream === name)?.as === 'joining';
    const words = { peer: answer.peer, state, report: report ?? null, unit: unit ?? null, joining };
    return [judgeReplica(words, facts)];
  });
}

function liveEdgeOf(replicas: readonly ReplicaStatus[], spoken: readonly Witness[]): number | null {
  const up = numbers(replicas.filter((replica) => replica.health === 'up').map((one) => one.liveEdgeSec));
  if (up.length > 0) return Math.max(...up);
  const any = numbers(spoken.map((witness) => witness.report.liveEdgeSec));
  return any.length > 0 ? Math.min(...any) : null;
}

/** One playlist per region, on its first edge that is not known to be down. */
function playbackOf(name: string, edges: readonly NodeAnswer[]): Place[] {
  const regions = [...new Set(edges.map((edge) => edge.peer.region))];
  return regions.map((region) => {
    const here = edges.filter((edge) => edge.peer.region === region);
    const { peer } = here.find((edge) => edge.reach !== 'refused' && edge.reach !== 'silent') ?? here[0]!;
    return { region, url: playlistUrl(peer, name) };
  });
}

function bitrateOf(report: OriginStreamReport): number | null {
  const rates = Object.entries(report.kbps);
  if (rates.length === 0) return null;
  const audio = rates.filter(([track]) => track === 'audio').map(([, kbps]) => kbps);
  const video = rates.filter(([track]) => track !== 'audio').map(([, kbps]) => kbps);
  return Math.round(Math.max(0, ...video) + sum(audio));
}

function numbers(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
