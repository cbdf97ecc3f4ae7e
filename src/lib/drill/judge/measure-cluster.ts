/** What the cluster did about a fault, and when, from how it looked before and since. Pure. */
import type { ClusterSight, FeedSight } from '../cluster-sight.ts';
import type { ClusterDuties, ClusterFigures } from '../drill-result.ts';

export interface ClusterMarks {
  readonly faultMs: number;
  /** Unix milliseconds at which the publisher was let back; null when none was cut off. */
  readonly publisherBackMs: number | null;
  /** A publisher was cut off. */
  readonly wasCutOff: boolean;
  readonly before: ClusterSight;
  /** Since the fault, oldest first. */
  readonly since: readonly ClusterSight[];
  readonly touchedNodes: readonly string[];
  readonly lostNodes: readonly string[];
  readonly mediaNodes: readonly string[];
}

/** Times are exact where the cluster dates them itself, else those of the look at which they were seen first. */
export function measureCluster(marks: ClusterMarks): ClusterFigures {
  const { faultMs } = marks;
  const detected = findDetection(marks);
  const after = (ms: number | null): number | null =>
    ms === null ? null : Math.max(0, Math.round(ms - faultMs));
  const slate = marks.since.find(({ state }) => state === 'slate');
  return {
    detectMs: after(detected?.atMs ?? null),
    detectedBy: detected?.by ?? null,
    switchMs: after(findSwitch(marks)),
    replaceMs: after(findReplacement(marks)),
    slateMs: after(slate?.atMs ?? null),
    returnMs: findReturn(marks),
    slateForMs: sumSlate(marks.since),
  };
}

/** What the cluster had reason to do about the faults. */
export function findDuties(marks: ClusterMarks): ClusterDuties {
  const { before, since, lostNodes, publisherBackMs, wasCutOff } = marks;
  const lost = new Set(lostNodes);
  const holders = new Set(before.replicas.map(({ node }) => node));
  const spare = before.nodes.some(
    ({ name, roles, health }) =>
      roles.includes('origin') && health === 'up' && !lost.has(name) && !holders.has(name),
  );
  const controlled = [before, ...since].some(({ control }) => control?.controller != null);
  return {
    detect: lost.size > 0 && controlled,
    change: findReaders(marks).length > 0,
    replace: spare && controlled && [...holders].some((node) => lost.has(node)),
    slate: wasCutOff,
    comeBack: publisherBackMs !== null && since.some(({ state }) => state !== 'live'),
  };
}

/** The controller's verdict on a touched node; else the first report in which one that still can says it is not well. */
function findDetection({
  since,
  touchedNodes,
  lostNodes,
  before,
  faultMs,
}: ClusterMarks): { atMs: number; by: string } | null {
  const touched = new Set(touchedNodes);
  for (const sight of since) {
    const verdict = sight.control?.verdicts.find(
      ({ node, state, sinceMs }) => touched.has(node) && state === 'down' && sinceMs >= faultMs,
    );
    if (verdict !== undefined) return { atMs: verdict.sinceMs, by: 'controller' };
  }
  for (const sight of since) {
    const replica = sight.replicas.find(
      ({ node, health, reasons }) =>
        touched.has(node) &&
        !lostNodes.includes(node) &&
        health !== 'up' &&
        reasons.length > 0 &&
        wasUp(before, node),
    );
    if (replica !== undefined) return { atMs: sight.atMs, by: replica.node };
  }
  return null;
}

function wasUp(before: ClusterSight, node: string): boolean {
  return before.replicas.some((replica) => replica.node === node && replica.health === 'up');
}

/** When the last relay that had read from a broken node read from another one; null when none had, or one never did. */
function findSwitch(marks: ClusterMarks): number | null {
  const { since, mediaNodes, faultMs } = marks;
  const broken = new Set(mediaNodes);
  const times = findReaders(marks).map(({ node }) => {
    for (const sight of since) {
      const feed = sight.feeds.find((one) => one.node === node && isGood(one, broken));
      if (feed !== undefined)
        return feed.sinceMs !== null && feed.sinceMs >= faultMs ? feed.sinceMs : sight.atMs;
    }
    return null;
  });
  const known = times.filter((time) => time !== null);
  return known.length === 0 || known.length < times.length ? null : Math.max(...known);
}

/** Relays that read from what broke, and can still do something about it. */
function findReaders({ before, mediaNodes, lostNodes }: ClusterMarks): readonly FeedSight[] {
  const broken = new Set(mediaNodes);
  const lost = new Set(lostNodes);
  return before.feeds.filter(({ node, from }) => broken.has(from) && !lost.has(node));
}

function isGood({ from }: FeedSight, broken: ReadonlySet<string>): boolean {
  return from !== '' && !broken.has(from);
}

/** When as many replicas served as before, after there had been fewer; null when there never were. */
function findReplacement({ before, since }: ClusterMarks): number | null {
  const wanted = countUp(before);
  const fewer = since.findIndex((sight) => countUp(sight) < wanted);
  if (fewer === -1) return null;
  return since.slice(fewer).find((sight) => countUp(sight) >= wanted)?.atMs ?? null;
}

function countUp({ replicas }: ClusterSight): number {
  return replicas.filter(({ health }) => health === 'up').length;
}

function findReturn({ since, publisherBackMs }: ClusterMarks): number | null {
  if (publisherBackMs === null) return null;
  const live = since.find(({ atMs, state }) => atMs >= publisherBackMs && state === 'live');
  return live === undefined ? null : Math.round(live.atMs - publisherBackMs);
}

/** As far as the looks tell: from the first that saw the slate to the first after it that did not. */
function sumSlate(since: readonly ClusterSight[]): number {
  let sum = 0;
  since.forEach(({ atMs, state }, index) => {
    const next = since[index + 1];
    if (state === 'slate' && next !== undefined) sum += next.atMs - atMs;
  });
  return Math.round(sum);
}
