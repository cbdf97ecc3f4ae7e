/**
 * What is wrong with a cluster, the most harmful first: a list of finders, each one kind of problem.
 *
 * A cause is named once: a node that is down takes its replicas with it and they are not listed again; a region
 * whose nodes are all down is one problem.
 */
import { HARMS, type Problem } from '../cluster-status.ts';
import type { FindProblems } from './cluster-facts.ts';
import { findClockSkew, findNoStore } from './control-problems.ts';
import { findIdleController, findStuckMoves, findUnheardNodes } from './controller-problems.ts';
import { findUnequalEdges } from './edge-problems.ts';
import { findDrift, findThinSupply } from './feed-problems.ts';
import { findBadNodes } from './node-problems.ts';
import {
  findFailedPublishers,
  findNoIngest,
  findUnfitPublishers,
  findUnreachedIngests,
} from './publisher-problems.ts';
import { findDarkRegions } from './region-problems.ts';
import { findBadRelays } from './relay-problems.ts';
import { findBadReplicas, findMissingReplicas, findRefusals } from './replica-problems.ts';
import { findSlates, findStuckStarts, findUnservedStreams } from './stream-problems.ts';
import { findUnfinishedWork } from './unfinished-problems.ts';

/** Within one harm, in this order. */
const FINDERS: readonly FindProblems[] = [
  findDarkRegions,
  findUnservedStreams,
  findBadRelays,
  findSlates,
  findStuckStarts,
  findUnfitPublishers,
  findNoIngest,
  findFailedPublishers,
  findRefusals,
  findBadReplicas,
  findMissingReplicas,
  findDrift,
  findThinSupply,
  findUnreachedIngests,
  findUnequalEdges,
  findBadNodes,
  findNoStore,
  findIdleController,
  findUnheardNodes,
  findStuckMoves,
  findClockSkew,
  findUnfinishedWork,
];

/** Runs every finder and sorts by harm. Nothing running at all is one problem, and the only one. */
export const findProblems: FindProblems = (facts) => {
  if (facts.answers.every((answer) => answer.reach === 'refused')) {
    return [
      {
        harm: 'viewers',
        subject: facts.cluster,
        text: 'nothing of the cluster runs',
        effect: 'nobody can publish or watch',
        hint: 'streamctl up',
        sinceMs: null,
      },
    ];
  }
  const found: Problem[] = FINDERS.flatMap((find) => find(facts));
  return HARMS.flatMap((harm) => found.filter((problem) => problem.harm === harm));
};
