/** What the cluster did about a fault, and when, from how it looked before and since. Pure. */
import type { ClusterSight, NodeSight } from '../cluster-sight.ts';
import type { ClusterDuties, ClusterFigures } from '../drill-result.ts';
import { isServing } from './serving.ts';

/** One fault and its time, Unix milliseconds. */
export interface Spell {
  readonly fromMs: number;
  /** When the next fault came. */
  readonly untilMs: number;
  readonly healedMs: number | null;
  /** When the publisher that it cut off connected. */
  readonly returnedMs?: number | null;
  readonly touchedNodes: readonly string[];
  readonly lostNodes: readonly string[];
  /** Nodes of which nothing was left: the controller judges those with an origin. */
  readonly deadNodes: readonly string[];
  readonly mediaNodes: readonly string[];
}

export interface ClusterMarks {
  /** In the order of time, at least one. */
  readonly spells: readonly Spell[];
  /** A publisher was cut off. */
  readonly wasCutOff: boolean;
  readonly before: ClusterSight;
  /** Since the first fault, oldest first. */
  readonly since: readonly ClusterSight[];
}

/** What a fault of this length causes must have been seen, however seldom one looks. */
const DUE_MS = 4_000;
/** A node that is back sooner need not be replaced. */
const REPLACE_DUE_MS = 10_000;

/** Times are exact where the cluster dates them itself, else those of the look at which they were seen first. */
export function measureCluster(marks: ClusterMarks): ClusterFigures {
  const detected = findDetection(marks);
  return {
    detectMs: detected?.afterMs ?? null,
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
  const { since, spells, wasCutOff } = marks;
  return {
    detect: spells.some((spell) => owesDetection(spell, marks)),
    replace: spells.some((spell) => owesReplacement(spell, marks)),
    slate: wasCutOff && spells.some((spell) => lasts(spell, DUE_MS)),
    comeBack: wasCutOff && since.some(({ state }) => state !== 'live'),
  };
}

function owesDetection(spell: Spell, marks: ClusterMarks): boolean {
  const isDead = ({ name, roles }: NodeSight): boolean =>
    spell.deadNodes.includes(name) && roles.includes('origin');
  return lasts(spell, DUE_MS) && marks.before.nodes.some(isDead) && isControlled(spell, marks);
}

function owesReplacement(spell: Spell, marks: ClusterMarks): boolean {
  const { nodes, replicas } = marks.before;
  const isLost = (name: string): boolean => spell.lostNodes.includes(name);
  const holders = new Set(replicas.map(({ node }) => node));
  const spare = nodes.some(
    ({ name, roles, health }) =>
      roles.includes('origin') && health === 'up' && !isLost(name) && !holders.has(name),
  );
  // One that made nothing well before was no redundancy.
  const wellLost = replicas.some((replica) => isServing(replica) && isLost(replica.node));
  return lasts(spell, REPLACE_DUE_MS) && spare && wellLost && isControlled(spell, marks);
}

/** With the store away nobody judges or places anything, also where the command itself still reaches it by another way. */
function isControlled({ lostNodes, fromMs, healedMs }: Spell, { before, since }: ClusterMarks): boolean {
  const stores = before.nodes.filter(({ roles }) => roles.includes('store'));
  if (stores.length > 0 && stores.every(({ name }) => lostNodes.includes(name))) return false;
  return since.some(
    ({ atMs, control }) => control !== null && atMs > fromMs && (healedMs === null || atMs < healedMs),
  );
}

function lasts({ fromMs, healedMs }: Spell, ms: number): boolean {
  return (healedMs ?? Number.POSITIVE_INFINITY) - fromMs > ms;
}

interface Detection {
  readonly afterMs: number;
  readonly by: string;
}

/** The slowest of all faults that were noticed; null when none was, or one was not that had to be. */
function findDetection(marks: ClusterMarks): Detection | null {
  const each = marks.spells.map((spell) => ({ spell, detected: detectSpell(spell, marks) }));
  if (each.some(({ spell, detected }) => detected === null && owesDetection(spell, marks))) return null;
  const known = each.flatMap(({ detected }) => (detected === null ? [] : [detected]));
  return known.toSorted((a, b) => b.afterMs - a.afterMs)[0] ?? null;
}

/** The controller's verdict on a touched node; else the first report in which one that still can says it is not well. */
function detectSpell(spell: Spell, { spells, since, before }: ClusterMarks): Detection | null {
  const { fromMs, touchedNodes, lostNodes } = spell;
  const again = spells.find(
    (later) => later.fromMs > fromMs && later.touchedNodes.some((node) => touchedNodes.includes(node)),
  );
  const isOfThis = (atMs: number): boolean =>
    atMs >= fromMs && atMs < (again?.fromMs ?? Number.POSITIVE_INFINITY);
  const after = (atMs: number): number => Math.round(atMs - fromMs);
  for (const { control } of since) {
    const verdict = control?.verdicts.find(
      ({ node, state, sinceMs }) => touchedNodes.includes(node) && state === 'down' && isOfThis(sinceMs),
    );
    if (verdict !== undefined) return { afterMs: after(verdict.sinceMs), by: 'controller' };
  }
  for (const { atMs, replicas } of since) {
    const replica = replicas.find(
      (one) =>
        isOfThis(atMs) &&
        touchedNodes.includes(one.node) &&
        !lostNodes.includes(one.node) &&
        !isServing(one) &&
        one.reasons.length > 0 &&
        wasUp(before, one.node),
    );
    if (replica !== undefined) return { afterMs: after(atMs), by: replica.node };
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
function findSwitch({ before, since, spells }: ClusterMarks): number | null {
  const broken = new Set(spells.flatMap(({ mediaNodes }) => mediaNodes));
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
