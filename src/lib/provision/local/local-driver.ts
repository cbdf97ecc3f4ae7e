/** Nodes on addresses of this machine: files and units of all of them, in this process. */
import { join } from 'node:path';
import { staticServices } from '../../nodes/node-services.ts';
import { findPortHolder } from '../../nodes/port-holder.ts';
import { findClusterProcesses } from '../../nodes/processes.ts';
import { loadVersionOf } from '../../nodes/program-marks.ts';
import { checkClash, checkPorts } from '../check-addresses.ts';
import type { UpContext } from '../context.ts';
import type { Driver, InstalledProgram, Playing } from '../driver.ts';
import { findLeaving, withLeaving } from '../leaving-nodes.ts';
import { requirePackages } from '../packages.ts';
import { planNodes } from '../plan-nodes.ts';
import { placeOf, startable } from '../plan-place.ts';
import { listProgramFolders, locateProgram } from '../program.ts';
import { refreshPublishers } from '../refresh-publishers.ts';
import { removeLeftovers } from '../remove-leftovers.ts';
import { type VerifiedMedia, verifyMedia } from '../ring/verify-media.ts';
import { makeSecrets } from '../secrets.ts';
import { refuseStalePasswords } from '../stale-passwords.ts';
import { applyUnitWork, findUnitWork, type UnitWork } from '../start-units.ts';
import { addProgress, summarizeWork } from '../word-unit-work.ts';
import { writeNode, writePlayer } from '../write-nodes.ts';
import { openLocalHands } from './local-hands.ts';

/** Creates the driver of nodes on this machine. */
export function createLocalDriver(clusterDir: string): Driver {
  return {
    machineDir: clusterDir,
    check,
    prepare,
    write,
    start,
    tidy,
    verify,
    runs,
    programs,
    hands: openLocalHands,
    close: () => Promise.resolve(),
  };
}

async function check(context: UpContext): Promise<string> {
  const { spec, layout, home } = context;
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
  await refuseStalePasswords(context);
  return `${spec.nodes.length} nodes · addresses ${spec.block}.*`;
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

async function prepare({ layout, changes, program, spec }: UpContext): Promise<string> {
  await makeSecrets(spec.cluster, { layout, nodes: spec.nodes, changes });
  for (const { text, apply } of program!.missing) await changes.step(null, text, apply);
  return `program ${program!.digest}`;
}

async function write(context: UpContext): Promise<void> {
  for (const plan of context.nodes) {
    await writeNode(plan, context.layout.dir, context.changes);
    await writePlayer(plan, context);
  }
}

async function start(context: UpContext): Promise<string> {
  const work = await findUnitWork(startable(context), context.layout.dir);
  try {
    await applyUnitWork(work, context);
  } catch (error) {
    throw addProgress(error, work);
  }
  return summarizeWork(work.map(({ planned, kind }) => ({ unit: planned.unit.name, kind })));
}

async function verify({ signal }: UpContext, { node, ...play }: Playing): Promise<VerifiedMedia> {
  return await verifyMedia(node, { ...play, signal });
}

async function runs({ layout }: UpContext, node: string): Promise<boolean> {
  return (await staticServices(layout.dir, node).list()).some(({ pid }) => pid !== null);
}

/** All nodes share one folder of programs. */
async function programs({ layout, spec }: UpContext): Promise<readonly InstalledProgram[]> {
  const nodes = spec.nodes.map(({ name }) => name);
  const digests = await listProgramFolders(layout.programs);
  return await Promise.all(
    digests.map(async (digest) => ({
      digest,
      version: await loadVersionOf(join(layout.programs, digest)),
      nodes,
    })),
  );
}

async function tidy(context: UpContext): Promise<void> {
  await refreshPublishers(context);
  await removeLeftovers(context);
}
