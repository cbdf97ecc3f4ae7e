import { StreamctlError } from '../base/errors.ts';
import { type LabShape, planLab } from './lab-plan.ts';
import { loadRecord } from './record.ts';
import type { LabContext } from './up.ts';

/** What the operator asked for; what is left out is as it is, or the default. */
export interface AskedShape {
  readonly regions: readonly string[] | undefined;
  readonly nodesPerRegion: number | undefined;
}

const DEFAULT_SHAPE: LabShape = { regions: ['us', 'eu', 'ap'], nodesPerRegion: 2 };

/**
 * Plans what `lab up` makes or mends. Changes nothing. Throws USAGE, and CONFLICT when the lab is there with another
 * shape.
 */
export async function prepareLab(
  name: string,
  asked: AskedShape,
  place: Pick<LabContext, 'layout' | 'roots' | 'program' | 'signal'>,
): Promise<LabContext> {
  const known = await loadRecord(place.layout);
  const { regions, nodesPerRegion } = known ?? DEFAULT_SHAPE;
  const shape = {
    regions: asked.regions ?? regions,
    nodesPerRegion: asked.nodesPerRegion ?? nodesPerRegion,
  };
  const plan = planLab(shape);
  if (known !== null && !isSame(shape, known)) {
    const is = `${known.regions.join(',')} with ${known.nodesPerRegion} in each`;
    throw new StreamctlError('CONFLICT', `lab "${name}" is there, and has another shape: ${is}`, {
      hint: 'Run streamctl lab down first, or give the new one another --name.',
    });
  }
  const record = known ?? { version: 1, name, ...shape, root: null, cut: [] };
  return { ...place, plan, record, switchPid: 0, started: [] };
}

function isSame(one: LabShape, other: LabShape): boolean {
  return one.regions.join() === other.regions.join() && one.nodesPerRegion === other.nodesPerRegion;
}
