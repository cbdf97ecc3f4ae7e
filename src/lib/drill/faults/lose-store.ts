/**
 * The store that takes writes killed and kept down, with the Sentinel beside it, as when its machine is lost. Of a cluster
 * with one store that is all of it; where there are several another one has to take over.
 */
import { StreamctlError } from '../../base/errors.ts';
import { isReplicated, storeNodes } from '../../store/store-site.ts';
import type { Fault, FaultContext } from './fault.ts';
import { stopUnits } from './stop-units.ts';

/** Throws NOT_RUNNING when nobody can say which store takes writes. */
export function loseStore(context: FaultContext): Fault {
  const { view, sight } = context;
  const node = isReplicated(view.peers) ? sight.control?.store : storeNodes(view.peers)[0]?.name;
  if (node == null) {
    throw new StreamctlError('NOT_RUNNING', 'find the store that takes writes: no Sentinel names it', {
      hint: 'Look at streamctl status.',
    });
  }
  const names = isReplicated(view.peers) ? ['redis', 'sentinel'] : ['redis'];
  const units = names.map((unit) => ({ node, unit }));
  return { ...stopUnits(units, context), settings: { kind: 'stop-units', units } };
}
