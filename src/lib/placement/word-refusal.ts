import type { Refusal } from '../ring/plan-replicas.ts';
import { COST_UNIT } from './encoder-cost.ts';

/** What is lacking for a replica, and what would cure it. */
export interface RefusalWords {
  readonly lack: string;
  readonly cure: string;
}

/** Words a refusal of a plan, much as the store words its own (store/scripts/place-stream.ts). Pure. */
export function wordRefusal(refusal: Refusal): RefusalWords {
  const { stream, replica, regions } = refusal;
  const what = `replica ${replica} of ${stream}`;
  const where = regions.length === 0 ? 'another region' : `region ${regions.join(' or ')}`;
  switch (refusal.kind) {
    case 'no-nodes':
      return { lack: `${what}: there is no origin node`, cure: 'Add an origin node.' };
    case 'no-other-host':
      return {
        lack: `${what}: no origin node in ${where} is on another host than ${refusal.hosts.join(', ')}`,
        cure: `Add an origin node on another host in ${where}.`,
      };
    case 'no-capacity': {
      const { name, room, capacity } = refusal.roomiest;
      return {
        lack:
          `${what} costs ${exact(refusal.cost)}, and no origin node in ${where} has that left: ` +
          `${name} has most, ${exact(Math.max(0, room))} of ${exact(capacity)} (1 is a rendition of 720p30)`,
        cure:
          `Add an origin node in ${where}, or free ${exact(refusal.cost - room)} on ${name}: ` +
          'end a stream there, or take a rendition out of the ladder.',
      };
    }
  }
}

/** To the thousandth: what is said to be enough is enough. */
function exact(cost: number): string {
  return String(cost / COST_UNIT);
}
