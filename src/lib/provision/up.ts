/**
 * Making a cluster run: the steps of `up`, as a list to be read from top to bottom.
 *
 * Every step compares what is with what should be and changes only the difference, through `changes.step`, so that
 * `plan` is the same code that changes nothing, a second `up` does nothing, and one that was killed is continued.
 * What is done on machines is the driver's (driver.ts); it knows no unit by name but through plan-units.ts.
 */
import { type ClusterRecord, loadClusterRecord } from '../nodes/cluster-view.ts';
import { describeStore } from '../store/store-site.ts';
import type { Step, StepReport, UpContext } from './context.ts';
import { declareStreams } from './declare-streams.ts';
import { refuseOtherPlace } from './other-place.ts';
import { refuseOtherSpec } from './other-spec.ts';
import { refuseOtherStore } from './other-store.ts';
import { planPresent } from './plan-place.ts';
import { declareRing, drainLeaving } from './ring/declare-ring.ts';
import { readFileOrNull, writeWholeFile } from './write-file.ts';

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

/** Looks whether the machines can run the cluster, plans its nodes, and makes room for what must start. */
export async function checkMachine(context: UpContext, report: StepReport): Promise<string> {
  await refuseOtherSpec(context.spec, context.layout.dir);
  await refuseOtherPlace(context.spec, context.layout.dir);
  await refuseOtherStore(context.spec.nodes, context.layout.dir);
  const found = await context.driver.check(context, report);
  return `${found} · ${describeStore(context.spec.nodes)}`;
}

/** Writes the record, the secrets and the program. */
export async function prepare(context: UpContext, report: StepReport): Promise<string> {
  await writeRecord(context);
  return await context.driver.prepare(context, report);
}

/** Written first: status and down must find a cluster that came up only in part. */
async function writeRecord({ spec, layout, changes, program, version, former }: UpContext): Promise<void> {
  const {
    cluster,
    file: specFile,
    digest: specDigest,
    fileDigest,
    regions,
    ssh,
    mesh,
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
    ...(ssh === null ? {} : { ssh }),
    ...(mesh === null ? {} : { mesh }),
    peers,
    ...(former.length === 0 ? {} : { former }),
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
  await context.driver.write(context, report);
  const count = changes.list.length - before;
  if (count === 0) return 'nothing to change';
  const [changed, nodes] = [
    count === 1 ? 'change' : 'changes',
    context.nodes.length === 1 ? 'node' : 'nodes',
  ];
  return `${count} ${changed} on ${context.nodes.length} ${nodes}`;
}

/** Starts what is missing and restarts what changed. Throws UNHEALTHY. */
export async function start(context: UpContext, report: StepReport): Promise<string> {
  return await context.driver.start(context, report);
}

async function addStreams(context: UpContext): Promise<string> {
  if (!(await declareStreams(context))) return 'left for later: the store is away';
  const made = context.madeStreams.map(({ name }) => name);
  return made.length === 0
    ? `${Object.keys(context.spec.streams).length} in the spec`
    : `added ${made.join(', ')}`;
}

/** Lets the others forget the nodes that left, and stops and removes what the spec does not have. */
export async function tidy(context: UpContext, report: StepReport): Promise<string> {
  const before = context.changes.list.length;
  if (context.leaving.length > 0) {
    context.nodes = planPresent(context, context.spec);
    await context.driver.write(context, report);
  }
  await context.driver.tidy(context, report);
  if (context.changes.applies) await writeRecord(context);
  const count = context.changes.list.length - before;
  return count === 0 ? 'nothing left over' : `${count} ${count === 1 ? 'change' : 'changes'}`;
}
