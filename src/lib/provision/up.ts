/**
 * Making a cluster run: the steps of `up`, as a list to be read from top to bottom.
 *
 * Every step compares what is with what should be and changes only the difference, through `changes.step`, so that
 * `plan` is the same code that changes nothing, a second `up` does nothing, and one that was killed is continued.
 * It installs no system package, and it knows no unit by name but through plan-units.ts.
 */
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import { type ClusterRecord, loadClusterRecord } from '../nodes/cluster-view.ts';
import { findPortHolder } from '../nodes/port-holder.ts';
import { findClusterProcesses } from '../nodes/processes.ts';
import { checkClash, checkPorts } from './check-addresses.ts';
import type { Step, StepReport, UpContext } from './context.ts';
import { declareStreams } from './declare-streams.ts';
import { findLeaving, withLeaving } from './leaving-nodes.ts';
import { refuseOtherSpec } from './other-spec.ts';
import { requirePackages } from './packages.ts';
import { type NodePlan, type NodePlanPlace, planNodes } from './plan-nodes.ts';
import { locateProgram } from './program.ts';
import { refreshPublishers } from './refresh-publishers.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { declareRing, drainLeaving } from './ring/declare-ring.ts';
import { makeSecrets } from './secrets.ts';
import { applyUnitWork, findUnitWork, type UnitWork } from './start-units.ts';
import { readFileOrNull, writeWholeFile } from './write-file.ts';
import { writeNode, writePlayer } from './write-nodes.ts';

/** The workflow of `up`. */
export const UP_STEPS: readonly Step[] = [
  { title: 'checked', run: checkMachine },
  { title: 'prepared', run: prepare },
  { title: 'configured', run: configure },
  { title: 'started', run: start },
  { title: 'streams', run: addStreams },
  { title: 'ring', run: declareRing },
  { title: 'tidied', run: tidy },
];

/** Looks whether this machine can run the cluster, plans its nodes, and makes room for what must start. */
export async function checkMachine(context: UpContext): Promise<string> {
  const { spec, layout, home } = context;
  await refuseOtherSpec(spec, layout.dir);
  await requirePackages();
  context.program = await locateProgram(context.source, layout.programs);
  context.leaving = await findLeaving(spec, layout.dir);
  context.nodes = planNodes(withLeaving(spec, context.leaving), placeOf(context));
  await checkClash(home, layout.dir, spec.nodes);
  const idle = (await findUnitWork(startable(context), layout.dir)).filter(({ kind }) => kind === 'start');
  await endStrays(idle, context);
  await checkPorts(
    layout.dir,
    idle.flatMap(({ plan, planned }) =>
      planned.ports.map((port) => ({ node: plan.node, unit: planned.unit.name, port })),
    ),
  );
  return `${spec.nodes.length} nodes · addresses ${spec.block}.*`;
}

function placeOf({ layout, program, templates }: UpContext): NodePlanPlace {
  const { entry, nodeBinary } = program!;
  return { clusterDir: layout.dir, nodeBinary, program: entry, templates };
}

/** A process of ours that outlived its supervisor, and holds what a unit will open. */
async function endStrays(idle: readonly UnitWork[], { layout, changes }: UpContext): Promise<void> {
  if ((await findClusterProcesses(layout.dir)).length === 0) return;
  for (const { plan, planned } of idle) {
    for (const port of planned.ports) {
      const holder = await findPortHolder(plan.node.address, plan.node.ports[port]);
      if (holder?.clusterDir !== layout.dir) continue;
      await changes.step(plan.node.name, `end stray ${holder.command}, pid ${holder.pid}`, async () => {
        process.kill(holder.pid, 'SIGKILL');
      });
    }
  }
}

/** Writes the record, the secrets and the program. */
export async function prepare(context: UpContext): Promise<string> {
  const { layout, changes, program, spec } = context;
  await writeRecord(context);
  await makeSecrets(layout, spec.nodes, changes);
  for (const { text, apply } of program!.missing) await changes.step(null, text, apply);
  return `program ${program!.digest}`;
}

/** Written first: status and down must find a cluster that came up only in part. */
async function writeRecord({ spec, layout, changes, program, version }: UpContext): Promise<void> {
  const {
    cluster,
    file: specFile,
    digest: specDigest,
    fileDigest,
    regions,
    nodes: peers,
    streams,
    defaults,
    block,
  } = spec;
  const record: ClusterRecord = {
    version: 1,
    cluster,
    specFile,
    specDigest,
    ...(fileDigest === specDigest ? {} : { specFileDigest: fileDigest }),
    regions,
    peers,
    streams,
    defaults,
    block,
    program: program!.digest,
    streamctl: version,
  };
  const text = `${JSON.stringify(record, null, 2)}\n`;
  if ((await readFileOrNull(layout.record)) === text) return;
  const known = await loadClusterRecord(layout.dir).catch(() => null);
  const what = known === null ? 'make the cluster' : 'note the changed spec or program';
  await changes.step(null, what, () => writeWholeFile(layout.record, text));
}

/** Writes files; before a node loses the role of an origin, what it carries is moved away. */
export async function configure(context: UpContext, report: StepReport): Promise<string> {
  const { changes } = context;
  const before = changes.list.length;
  const stays = new Set(context.spec.nodes.map(({ name }) => name));
  await drainLeaving(context, { report, only: (name) => stays.has(name) });
  await writeAll(context);
  const count = changes.list.length - before;
  return count === 0 ? 'nothing to change' : `${count} changes on ${context.nodes.length} nodes`;
}

async function writeAll(context: UpContext): Promise<void> {
  for (const plan of context.nodes) {
    await writeNode(plan, context.layout.dir, context.changes);
    await writePlayer(plan, context);
  }
}

/** Starts what is missing and restarts what changed. Throws UNHEALTHY. */
export async function start(context: UpContext): Promise<string> {
  const work = await findUnitWork(startable(context), context.layout.dir);
  try {
    await applyUnitWork(work, context);
  } catch (error) {
    throw addProgress(error, work);
  }
  return summarizeWork(work);
}

function startable({ nodes, only }: UpContext): readonly NodePlan[] {
  return only === null ? nodes : nodes.filter(({ node }) => only.includes(node.name));
}

function summarizeWork(work: readonly UnitWork[]): string {
  const todo = work.filter(({ kind }) => kind !== 'none');
  if (todo.length === 0) return `all ${work.length} units run already`;
  const counts = new Map<string, number>();
  for (const { planned } of todo) {
    const kind = planned.unit.name.replace(/^nginx-.*/, 'nginx');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`)).join(' · ');
}

function addProgress(error: unknown, work: readonly UnitWork[]): StreamctlError {
  const failure = toStreamctlError(error);
  if (failure.code !== 'UNHEALTHY') return failure;
  const details = failure.details as { facts?: Record<string, string> };
  const fine = work.filter(({ kind }) => kind === 'none').length;
  const facts = {
    ...details.facts,
    'done so far': `${fine} of ${work.length} units ran before; what started stays`,
  };
  return new StreamctlError(failure.code, failure.message, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    details: { ...details, facts },
    cause: failure,
  });
}

async function addStreams(context: UpContext): Promise<string> {
  await declareStreams(context);
  const made = context.madeStreams.map(({ name }) => name);
  return made.length === 0
    ? `${Object.keys(context.spec.streams).length} in the spec`
    : `added ${made.join(', ')}`;
}

/** Lets the others forget the nodes that left, and stops and removes what the spec does not have. */
export async function tidy(context: UpContext): Promise<string> {
  const before = context.changes.list.length;
  if (context.leaving.length > 0) {
    context.nodes = planNodes(context.spec, placeOf(context));
    await writeAll(context);
  }
  await refreshPublishers(context);
  await removeLeftovers(context);
  const count = context.changes.list.length - before;
  return count === 0 ? 'nothing left over' : `${count} ${count === 1 ? 'change' : 'changes'}`;
}
