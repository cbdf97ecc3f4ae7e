/** The test publisher of a stream cut off: its encoder is killed, and stays away until the undo. */
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { nodeLayout } from '../../nodes/layout.ts';
import { isProcessAlive } from '../../nodes/processes.ts';
import { killGroup, readStatus } from '../../nodes/runsv.ts';
import { publisherUnitName } from '../../publisher/publisher-arguments.ts';
import { servicesOf } from '../undo/apply-undo.ts';
import type { Fault, FaultContext } from './fault.ts';
import { keepDown } from './stop-units.ts';

/** Throws NOT_FOUND when no test publisher runs: a person's encoder is not ours to stop. */
export async function dropPublisher(stream: string, { view, nowMs }: FaultContext): Promise<Fault> {
  const unit = publisherUnitName(stream);
  const node = await findPublisher(view, unit);
  if (node === null) {
    throw new StreamctlError('NOT_FOUND', `stream ${stream} has no test publisher that a drill may stop`, {
      hint: `Start one with streamctl publish test ${stream} --detach.`,
    });
  }
  let hit: number | null = null;
  return {
    label: `cut off the publisher of ${stream}`,
    lostNodes: [],
    touchedNodes: [],
    lasting: true,
    mediaNodes: [],
    undo: [{ kind: 'start', node, mode: 'dynamic', unit }],
    inject: async () => {
      hit = await keepDown(join(nodeLayout(view.dir, node).services, unit));
      const atMs = nowMs();
      if (hit !== null) killGroup(hit);
      return { atMs, text: `publisher of ${stream} cut off` };
    },
    bit: async () => {
      const dir = join(nodeLayout(view.dir, node).services, unit);
      if (hit === null || (await isProcessAlive(hit))) return null;
      return (await readStatus(dir))?.pid === null ? 'its encoder is gone' : null;
    },
  };
}

async function findPublisher(view: FaultContext['view'], unit: string): Promise<string | null> {
  for (const { name, roles } of view.peers) {
    if (!roles.includes('ingest')) continue;
    const units = await servicesOf(view.dir, name, 'dynamic').list();
    if (units.some((one) => one.name === unit && one.state !== 'stopped')) return name;
  }
  return null;
}
