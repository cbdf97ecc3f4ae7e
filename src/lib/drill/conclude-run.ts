/** From the course of a drill to its result: marks, figures, verdict. */

import type { NodeSight } from './cluster-sight.ts';
import type { DrillCourse } from './drill-course.ts';
import type { DrillRun } from './drill-result.ts';
import { judgeControl } from './judge/judge-control.ts';
import { judgeRun } from './judge/judge-run.ts';
import { findDuties, measureCluster, type Spell } from './judge/measure-cluster.ts';
import { measureViewers } from './judge/measure-viewers.ts';
import type { DrillOutcome } from './run-drill.ts';

/** Takes the last sample and judges. */
export async function concludeRun(course: DrillCourse): Promise<DrillOutcome> {
  const { plan, identity, watcher, before, story, healedMs } = course;
  const end = watcher.sample();
  const faultMs = course.faultMs ?? end.atMs;
  const { seconds, bands } = watcher.log;
  const seen = measureViewers({
    ...{ fault: before!.sample, end, healedMs, seconds },
    movedAtMs: course.moves?.movedAtMs ?? null,
  });
  const marks = {
    before: before!.sight,
    since: watcher.sights.filter(({ atMs }) => atMs >= faultMs),
    spells: listSpells(course, end.atMs),
    wasCutOff: plan.faults.some(({ settings }) => settings.kind === 'drop-publisher'),
  };
  const did = measureCluster(marks);
  const witnessed = await Promise.all(course.deps.witnesses.map((witness) => witness.saw(faultMs)));
  for (const { words } of witnessed) story.note('viewers', words);
  const judged = judgeRun({
    witnessed: [
      ...(plan.expectations.deadAirP99Ms === null ? [] : witnessed.flatMap(({ findings }) => findings)),
      ...judgeControl(
        { ...marks, faultMs, kinds: plan.faults.map(({ settings }) => settings.kind) },
        plan.expectations.handoverMs,
      ),
    ],
    expectations: plan.expectations,
    seen,
    did,
    duties: findDuties(marks),
    unproven: listUnproven(course),
    stopped: course.stopped,
    unhealed: course.faults.unhealed,
    notRecovered: course.after?.ok === false ? `not steady again: ${course.after.text}` : null,
    worstLagMs: watcher.worstLagMs,
  });
  story.note('verdict', [judged.verdict, ...judged.reasons].join(' · '));
  const run: DrillRun = {
    id: identity.id,
    drill: plan.drill,
    target: plan.target,
    stream: plan.stream,
    cluster: identity.cluster,
    ...judged,
    startedMs: course.startedMs,
    faultMs: course.faultMs,
    healedMs,
    endedMs: end.atMs,
    recoveredMs: course.recoveredMs,
    viewers: plan.viewers,
    seen,
    ...did,
    steadyState: { before: before!.steady, after: course.after },
    worstLagMs: Math.round(watcher.worstLagMs),
    worstStolen: Math.max(0, ...watcher.sights.flatMap(({ nodes }) => nodes.map(stolenOf))),
    events: story.events.toSorted((a, b) => a.atMs - b.atMs),
  };
  return { run, pictures: { bands, seconds } };
}

function stolenOf({ load }: NodeSight): number {
  return load?.stolen ?? 0;
}

/** What was not seen to bite; also a drill that came to none of its faults. */
function listUnproven({ faults: { list } }: DrillCourse): string[] {
  if (list.length > 0 && list.every(({ injectedMs }) => injectedMs === null)) {
    return ['there was no time for any of its faults'];
  }
  return list.flatMap(({ fault, unproven }) => (unproven === null ? [] : [`${fault.label}: it ${unproven}`]));
}

/** Faults in the order of their time; each lasts, for what it causes, until the next one comes. */
function listSpells({ faults, faultMs }: DrillCourse, endMs: number): Spell[] {
  const injected = faults.list
    .flatMap(({ injectedMs, healedMs, returnedMs, fault, planned }) => {
      if (injectedMs === null) return [];
      const { touchedNodes, lostNodes, mediaNodes } = fault;
      const deadNodes = /^((kill|freeze)-nodes|power-off)$/.test(planned.settings.kind) ? lostNodes : [];
      return [{ fromMs: injectedMs, healedMs, returnedMs, touchedNodes, lostNodes, deadNodes, mediaNodes }];
    })
    .sort((a, b) => a.fromMs - b.fromMs);
  const none = { touchedNodes: [], lostNodes: [], deadNodes: [], mediaNodes: [] };
  const spells =
    injected.length > 0 || faultMs === null ? injected : [{ fromMs: faultMs, healedMs: null, ...none }];
  return spells.map((spell, index) => ({ ...spell, untilMs: spells[index + 1]?.fromMs ?? endMs + 1 }));
}
