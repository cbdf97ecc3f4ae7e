/** `upgrade --list`: which programs there are, and what runs where. Changes nothing and takes no lock. */
import { systemClock } from '../base/clock.ts';
import { createAskNode } from '../health/ask-node.ts';
import { collectCluster } from '../health/collect-cluster.ts';
import type { NodeAnswer } from '../health/node-answer.ts';
import { loadSpec } from '../spec/load.ts';
import type { KnownProgram } from '../upgrade/find-program.ts';
import { listPrograms, mergePrograms } from '../upgrade/list-programs.ts';
import { type ClusterChoice, loadChosenCluster } from './context.ts';
import { createUpContext } from './up-action.ts';

export interface ListRequest {
  readonly choice: ClusterChoice;
  readonly root: string;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** What `upgrade --list --json` prints. */
export interface ProgramList {
  readonly cluster: string;
  /** That of this command first. */
  readonly programs: readonly ListedProgram[];
  /** Nodes that did not say what they run. */
  readonly silent: readonly string[];
}

export interface ListedProgram {
  readonly digest: string;
  /** Null of a build that does not say. */
  readonly version: string | null;
  /** It is that of this very command. */
  readonly own: boolean;
  /** Nodes whose agent runs it. */
  readonly runs: readonly string[];
  /** Nodes whose machines have it: `--to` brings it at once. */
  readonly installed: readonly string[];
}

/** Asks the machines and the nodes. Throws what reaching the machines throws. */
export async function listClusterPrograms(request: ListRequest): Promise<ProgramList> {
  const { root, version, signal } = request;
  const view = await loadChosenCluster(request.choice);
  const spec = await loadSpec(view.specFile);
  const context = await createUpContext(spec, { root, version, signal, mode: 'plan' });
  try {
    const [known, answers] = await Promise.all([
      listPrograms(context),
      collectCluster(spec.nodes, createAskNode(systemClock.nowMs, context.reach)),
    ]);
    return { cluster: spec.cluster, ...joinPrograms(known, answers) };
  } finally {
    await context.driver.close();
  }
}

/** Puts together what there is and what runs. Pure. */
export function joinPrograms(
  known: readonly KnownProgram[],
  answers: readonly NodeAnswer[],
): Omit<ProgramList, 'cluster'> {
  const running = answers.flatMap(({ agent }) =>
    agent?.program === undefined ? [] : [{ ...agent.program, own: false, folder: null, nodes: [] }],
  );
  const programs = mergePrograms([...known, ...running]).map(({ digest, version, own, nodes }) => ({
    ...{ digest, version, own },
    runs: answers.filter(({ agent }) => agent?.program?.digest === digest).map(({ peer }) => peer.name),
    installed: nodes,
  }));
  const silent = answers.filter(({ agent }) => agent?.program === undefined).map(({ peer }) => peer.name);
  return { programs, silent };
}
