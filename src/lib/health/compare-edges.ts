/**
 * Whether all edges serve a stream alike, so that a player may go from any of them to any other: the same paths, grid,
 * init segments and window. Pure.
 *
 * An edge whose window is not full yet has fewer segments than the others, and is named for that.
 */
import type { NodeAnswer } from './node-answer.ts';
import type { OriginStreamReport } from './report.ts';

/** An edge that differs from the one that has most of the stream. */
export interface UnequalEdge {
  readonly node: string;
  /** In what, in words. */
  readonly text: string;
}

/** Segments by which windows may differ: nodes are not asked at the same moment, and let go of old ones by themselves. */
const MAX_APART = 2;

interface Served {
  readonly node: string;
  readonly report: OriginStreamReport;
  readonly firstMsn: number;
  readonly lastMsn: number;
}

/** Compares the edges that serve the stream well; what is not well is named elsewhere. */
export function compareEdges(stream: string, answers: readonly NodeAnswer[]): UnequalEdge[] {
  const served = answers
    .filter(({ peer }) => peer.roles.includes('edge'))
    .flatMap(({ peer, origin }) => {
      const report = origin?.streams.find((one) => one.stream === stream && one.health === 'up');
      const { firstMsn = null, lastMsn = null } = report ?? {};
      return report === undefined || firstMsn === null || lastMsn === null
        ? []
        : [{ node: peer.name, report, firstMsn, lastMsn }];
    });
  const [fullest] = served.toSorted((a, b) => b.lastMsn - b.firstMsn - (a.lastMsn - a.firstMsn));
  if (fullest === undefined) return [];
  return served.flatMap((one) => {
    const texts = one === fullest ? [] : differences(one, fullest);
    return texts.length === 0 ? [] : [{ node: one.node, text: texts.join('; ') }];
  });
}

function differences(one: Served, other: Served): string[] {
  const late = one.firstMsn - other.firstMsn;
  const apart = Math.abs(one.lastMsn - other.lastMsn);
  return [
    ...differingRenditions(one, other),
    ...differingInits(one, other),
    ...(apart > MAX_APART
      ? [`its newest segment is number ${one.lastMsn}, that of ${other.node} ${other.lastMsn}`]
      : []),
    ...(late > MAX_APART ? [`its window begins ${late} segments later than that of ${other.node}`] : []),
  ];
}

function differingRenditions(one: Served, other: Served): string[] {
  const [own, theirs] = [one, other].map(({ report }) =>
    report.tracks
      .map(({ id }) => id)
      .sort()
      .join(', '),
  );
  return own === theirs ? [] : [`it has ${own || 'no renditions'}, ${other.node} has ${theirs}`];
}

function differingInits(one: Served, other: Served): string[] {
  const theirs = other.report.inits ?? {};
  const differing = Object.entries(one.report.inits ?? {}).flatMap(([track, init]) =>
    theirs[track] === undefined || theirs[track] === init ? [] : [track],
  );
  return differing.length === 0 ? [] : [`another init segment of ${differing.join(', ')} than ${other.node}`];
}
