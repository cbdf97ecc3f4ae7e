/**
 * Hands for nodes on addresses of this machine, in this process. They do no more than `up` does for such nodes: no user, no
 * unit of systemd, no secrets, since those of the cluster's folder are all nodes' own.
 */

import { StreamctlError } from '../../base/errors.ts';
import { clusterLayout } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { Changes } from '../changes.ts';
import type { UpContext } from '../context.ts';
import type { NodeHands } from '../driver.ts';
import { ACCESS_ACTIONS } from '../hands/access-actions.ts';
import type { HandsAction, HandsActions } from '../hands/protocol.ts';
import { UPGRADE_ACTIONS } from '../hands/upgrade-actions.ts';
import { applyUnitWork, findUnitWork } from '../start-units.ts';
import { writeNode, writePlayer } from '../write-nodes.ts';

interface LocalContext {
  readonly changes: Changes;
  readonly signal: AbortSignal;
}

type LocalActions = {
  readonly [Action in HandsAction]?: (
    takes: HandsActions[Action]['takes'],
    context: LocalContext,
  ) => Promise<HandsActions[Action]['gives']>;
};

const LOCAL_ACTIONS: LocalActions = {
  ...UPGRADE_ACTIONS,
  ...ACCESS_ACTIONS,
  async write({ plan, clusterDir, program }, { changes }) {
    await writeNode(plan, clusterDir, changes);
    await writePlayer(plan, { source: program, layout: clusterLayout(clusterDir), changes });
    return null;
  },
  async look({ plan, clusterDir }) {
    const work = await findUnitWork([plan], clusterDir);
    return work.map(({ planned, kind }) => ({ unit: planned.unit.name, kind }));
  },
  async start({ plan, clusterDir }, context) {
    const work = await findUnitWork([plan], clusterDir);
    await applyUnitWork(work, { ...context, layout: clusterLayout(clusterDir) });
    return work.map(({ planned, kind }) => ({ unit: planned.unit.name, kind }));
  },
};

/** Opens the hands of a node; they need no closing. */
export async function openLocalHands(_node: Peer, { signal }: UpContext): Promise<NodeHands> {
  return {
    async ask(action, takes, changes) {
      const act = LOCAL_ACTIONS[action];
      if (act === undefined) throw new StreamctlError('BUG', `hands on this machine do not know "${action}"`);
      return await act(takes, { changes, signal });
    },
  };
}
