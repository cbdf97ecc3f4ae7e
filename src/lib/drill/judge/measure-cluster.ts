/** What the cluster did about a fault, and when, from how it looked before and since. Pure. */
import type { ClusterSight } from '../cluster-sight.ts';
import type { ClusterDuties, ClusterFigures } from '../drill-result.ts';
import { isServing } from './serving.ts';

export interface ClusterMarks {
  readonly faultMs: number;
  /** Each fault: when it came, when the next one did, when it was undone, when its publisher connected; Unix milliseconds. */
  readonly spells: readonly {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly healedMs: number | null;
    readonly returnedMs?: number | null;
  }[];
  /** A publisher was cut off. */
  readonly wasCutOff: boolean;
  readonly before: ClusterSight;
  /** Since the fault, oldest first. */
  readonly since: readonly ClusterSight[];
  readonly touchedNodes: readonly string[];
  readonly lostNodes: readonly string[];
  /** Nodes of which nothing was left: the controller judges those with an origin. */
  readonly deadNodes: readonly string[];
  readonly mediaNodes: readonly string[];
}

/** What a fault of this length causes must have been seen, however seldom one looks. */
const DUE_MS = 4_000;
/** A node that is back sooner need not be replaced. */
const REPLACE_DUE_MS = 10_000;

/** Times are exact where the cluster dates them itself, else those of the look at which they were seen first. */
export function measureCluster(marks: ClusterMarks): ClusterFigures {
  const detected = findDetection(marks);
  return {
    detectMs: detected === null ? null : Math.max(0, Math.round(detected.atMs - marks.faultMs)),
    detectedBy: detected?.by ?? null,
    switchMs: findSwitch(marks),
    replaceMs: findReplacement(marks),
    slateMs: findSlate(marks),
    returnMs: findReturn(marks),
    slateForMs: sumSlate(marks.since),
  };
}

/** What the cluster had reason to do about the faults. */
export function findDuties(marks: ClusterMarks): ClusterDuties {
  const { before, since, lostNodes, deadNodes, spells, wasCutOff } = marks;
  const lost = new Set(lostNodes);
  const holders = new Set(before.replicas.map(({ node }) => node));
  // One that made nothing well before was no redundancy.
  const wellLost = before.replicas.some((replica) => isServing(replica) && lost.has(replica.node));
  const spare = before.nodes.some(
    ({ name, roles, health }) =>
      roles.includes('origin') && health === 'up' && !lost.has(name) && !holders.has(name),
  );
  // With the store away nobody judges or places anything, also where the command itself still reaches it by another way.
  const stores = before.nodes.filter(({ roles }) => roles.includes('store'));
  const storeLost = stores.length > 0 && stores.every(({ name }) => lost.has(name));
  const controlled =
    !storeLost &&
    since.some(
      ({ atMs, control }) =>
        control !== null && spells.some(({ fromMs, healedMs }) => atMs > fromMs && atMs < (healedMs ?? atMs)),
    );
  const judged = before.nodes.some(({ name, roles }) => deadNodes.includes(name) && roles.includes('origin'));
  return {
    detect: judged && controlled && spells.some(lasts(DUE_MS)),
    replace: spells.some(lasts(REPLACE_DUE_MS)) && spare && controlled && wellLost,
    slate: wasCutOff && spells.some(lasts(DUE_MS)),
    comeBack: wasCutOff && since.some(({ state }) => state !== 'live'),
  };
}

function lasts(ms: number): (spell: ClusterMarks['spells'][number]) => boolean {
  return ({ fromMs, healedMs }) => (healedMs ?? Number.POSITIVE_INFINITY) - fromMs > ms;
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
      (one) =>
        touched.has(one.node) &&
        !lostNodes.includes(one.node) &&
        !isServing(one) &&
        one.reasons.length > 0 &&
        wasUp(before, one.node),
    );
    if (replica !== undefined) return { atMs: sight.atMs, by: replica.node };
  }
  return null;
}

function wasUp(before: ClusterSight, node: string): boolean {
  return before.replicas.some((replica) => replica.node === node && isServing(replica));
}

/**
 * The longest time until an edge that had gone by what broke went on with another feed, its first change: from the fault, or
 * from the last part if that came later (a transcoder that was killed by its pipeline may lead again, and fail then).
 */
function findSwitch({ before, since, spells, mediaNodes }: ClusterMarks): number | null {
  const broken = new Set(mediaNodes);
  const edges = edgesOf([before, ...since]);
  const seen = since.flatMap(({ feeds }) =>
    feeds.flatMap(({ node, change }) =>
      change !== null && broken.has(change.from) && edges.has(node) ? [{ node, ...change }] : [],
    ),
  );
  return worst(
    spells.map(({ fromMs, untilMs, healedMs }) => {
      const endMs = Math.min(untilMs, healedMs ?? untilMs);
      const first = new Map<string, (typeof seen)[number]>();
      for (const one of seen.toSorted((a, b) => a.atMs - b.atMs)) {
        if (one.atMs >= fromMs && one.atMs < endMs && !first.has(one.node)) first.set(one.node, one);
      }
      return worst([...first.values()].map(({ atMs, afterMs }) => Math.min(atMs - fromMs, afterMs)));
    }),
  );
}

/**
 * Nodes whose viewers wait for a change of feed. Others only hand one replica's feed on, to relays that hold another one too, or let
 * the stream go a minute after the last who wanted it of them.
 */
function edgesOf(sights: readonly ClusterSight[]): ReadonlySet<string> {
  const edges = sights.flatMap(({ nodes }) => nodes.filter(({ roles }) => roles.includes('edge')));
  return new Set(edges.map(({ name }) => name));
}

/** The longest time from a fault that cost replicas until as many served as before; null when none did, or never again. */
function findReplacement({ before, since, spells }: ClusterMarks): number | null {
  const wanted = countUp(before);
  const times = spells.flatMap(({ fromMs, untilMs }) => {
    const fewer = since.find(
      ({ atMs, ...sight }) => atMs >= fromMs && atMs < untilMs && countUp(sight) < wanted,
    );
    if (fewer === undefined) return [];
    const again = since.find(({ atMs, ...sight }) => atMs > fewer.atMs && countUp(sight) >= wanted);
    return [again === undefined ? null : again.atMs - fromMs];
  });
  return times.includes(null) ? null : worst(times);
}

function countUp({ replicas }: Pick<ClusterSight, 'replicas'>): number {
  return replicas.filter(isServing).length;
}

/** The longest time until the slate, of the cuts that it was shown in. */
function findSlate({ since, spells, wasCutOff }: ClusterMarks): number | null {
  if (!wasCutOff) return null;
  return worst(
    spells.map(({ fromMs, untilMs }) => {
      const slate = since.find(({ atMs, state }) => atMs >= fromMs && atMs < untilMs && state === 'slate');
      return slate === undefined ? null : stateMs(slate, fromMs) - fromMs;
    }),
  );
}

/** The longest time from the publisher's return until the picture, of the cuts that the slate was shown in. */
function findReturn({ since, spells, wasCutOff }: ClusterMarks): number | null {
  if (!wasCutOff) return null;
  const times = spells.flatMap(({ fromMs, untilMs, healedMs, returnedMs = null }) => {
    const shown = since.some(({ atMs, state }) => atMs >= fromMs && atMs < untilMs && state !== 'live');
    if (healedMs === null || !shown) return [];
    const backMs = returnedMs ?? healedMs;
    const live = since.find(({ atMs, state }) => atMs >= backMs && state === 'live');
    return [live === undefined ? null : stateMs(live, backMs) - backMs];
  });
  return times.includes(null) ? null : worst(times);
}

/** When the state that was seen began: by the replica's own word, unless that is of before. */
function stateMs({ atMs, stateSinceMs = null }: ClusterSight, afterMs: number): number {
  return stateSinceMs === null || stateSinceMs < afterMs ? atMs : Math.min(stateSinceMs, atMs);
}

/** As far as the looks tell: from each that saw the slate to the next. */
function sumSlate(since: readonly ClusterSight[]): number {
  let sum = 0;
  since.forEach(({ atMs, state }, index) => {
    const next = since[index + 1];
    if (state === 'slate' && next !== undefined) sum += next.atMs - atMs;
  });
  return Math.round(sum);
}

function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.round(Math.max(...known));
}
