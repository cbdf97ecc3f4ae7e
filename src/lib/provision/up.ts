/**
 * Making a cluster run: the steps of `up`, as a list to be read from top to bottom.
 *
 * Every step compares what is with what should be and changes only the difference, through `changes.step`, so that
 * `plan` is the same code that changes nothing, a second `up` does nothing, and one that was killed is continued.
 * What is done on machines is the driver's (driver.ts); it knows no unit by name but through plan-units.ts.
 */
import { type ClusterRecord, loadClusterRecord } from '../nodes/cluster-view.ts';
import { describeStore, storeNodes } from '../store/store-site.ts';
import type { Step, StepReport, UpContext } from './context.ts';
import { declareStreams } from './declare-streams.ts';
import { withLeaving } from './leaving-nodes.ts';
import { refuseOtherPlace } from './other-place.ts';
import { refuseOtherSpec } from './other-spec.ts';
import { refuseOtherStore } from './other-store.ts';
import { planPresent } from './plan-place.ts';
import { declareRing, drainLeaving } from './ring/declare-ring.ts';
import { findUndrained } from './ring/find-undrained.ts';
import { readFileOrNull, writeWholeFile } from './write-file.ts';

/** The workflow of `up`. */
export const UP_STEPS: readonly Step[] = [
  { title: 'checked', run: checkMachine },
  { title: 'prepared', run: begin },
  { title: 'configured', run: configure },
  { title: 'started', run: start },
  { title: 'streams', run: addStreams },
  { title: 'ring', run: declareRing },
  { title: 'tidied', run: end },
];

/** Looks whether the machines can run the cluster, plans its nodes, and makes room for what must start. */
export async function checkMachine(context: UpContext, report: StepReport): Promise<string> {
  await refuseOtherSpec(context.spec, context.layout.dir);
  await refuseOtherPlace(context.spec, context.layout.dir);
  await refuseOtherStore(context.spec.nodes, context.layout.dir);
  const found = await context.driver.check(context, report);
  return `${found} · ${describeStore(context.spec.nodes)}`;
}

/** As `prepare`; from here until `end` the record says that the cluster is not yet what it tells. */
async function begin(context: UpContext, report: StepReport): Promise<string> {
  await writeRecord(context, 'begins');
  return await context.driver.prepare(context, report);
}

/** Writes the record, the secrets and the program. */
export async function prepare(context: UpContext, report: StepReport): Promise<string> {
  await writeRecord(context, 'stays');
  return await context.driver.prepare(context, report);
}

/**
 * Written first: status and down must find a cluster that came up only in part. Whether it has come up wholly is said by the
 * workflow of `up` alone: what does a part of it leaves that as it is.
 */
async function writeRecord(context: UpContext, pending: 'begins' | 'stays'): Promise<void> {
  const { layout, changes } = context;
  const known = await loadClusterRecord(layout.dir).catch(() => null);
  const present = await readFileOrNull(layout.record);
  const record = createRecord(context);
  const begins = pending === 'begins' && present !== formatRecord(record);
  const text = formatRecord(known?.pending === true || begins ? { ...record, pending: true } : record);
  if (present === text) return;
  const what = known === null ? 'make the cluster' : 'note the changed spec or program';
  await changes.step(null, what, () => writeWholeFile(layout.record, text));
}

function formatRecord(record: ClusterRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}

function createRecord({ spec, program, version, former }: UpContext): ClusterRecord {
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
  return {
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

/**
 * Lets the others forget the nodes that left, and stops and removes what the spec does not have. A node that the ring may still
 * have stays as it is, until a command has moved away what it carries.
 */
export async function tidy(context: UpContext, report: StepReport): Promise<string> {
  const before = context.changes.list.length;
  const undrained = await findUndrained(context);
  for (const { name } of undrained) {
    report.happened(
      `${name} left the spec, and runs on: the ring may have it; the next up with the store moves its streams`,
    );
  }
  if (context.leaving.length > undrained.length) {
    context.nodes = planPresent(context, withLeaving(context.spec, undrained));
    await context.driver.write(context, report);
  }
  await context.driver.tidy(context, report);
  if (context.changes.applies) {
    // A Sentinel counts every other that it ever heard: too few would be left to agree, unless it begins anew without that one.
    const gone = context.leaving.filter((peer) => !undrained.includes(peer));
    if (storeNodes(gone).length > 0) await context.driver.start(context, report);
    await writeRecord(context, 'stays');
  }
  const count = context.changes.list.length - before;
  return count === 0 ? 'nothing left over' : `${count} ${count === 1 ? 'change' : 'changes'}`;
}

/** As `tidy`; then the cluster is what the record tells. */
async function end(context: UpContext, report: StepReport): Promise<string> {
  const said = await tidy(context, report);
  const { changes, layout } = context;
  if (!changes.applies) return said;
  await changes.check();
  const text = formatRecord(createRecord(context));
  if ((await readFileOrNull(layout.record)) !== text) await writeWholeFile(layout.record, text);
  return said;
}
