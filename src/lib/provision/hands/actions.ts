/** What hands do, by name. Each calls what `up` calls for a local node. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterLayout } from '../../nodes/layout.ts';
import type { Changes } from '../changes.ts';
import { checkPorts } from '../check-addresses.ts';
import { takeDown } from '../down.ts';
import { removeLeftovers } from '../remove-leftovers.ts';
import { makeSecrets } from '../secrets.ts';
import { applyUnitWork, findUnitWork, type UnitWork } from '../start-units.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import { writeNode, writePlayer } from '../write-nodes.ts';
import type {
  DownRequest,
  HandsActions,
  NodeRequest,
  TidyRequest,
  UnitKind,
  WriteRequest,
} from './protocol.ts';

export interface HandsContext {
  readonly changes: Changes;
  /** Aborts when nobody waits for an answer any more. */
  readonly signal: AbortSignal;
}

type Actions = {
  readonly [Action in keyof HandsActions]: (
    takes: HandsActions[Action]['takes'],
    context: HandsContext,
  ) => Promise<HandsActions[Action]['gives']>;
};

export const HANDS_ACTIONS: Actions = { check, write, look, start, tidy, down };

async function check({ plan, clusterDir }: NodeRequest): Promise<null> {
  const idle = (await findUnitWork([plan], clusterDir)).filter(({ kind }) => kind === 'start');
  await checkPorts(
    clusterDir,
    idle.flatMap(({ planned }) =>
      planned.ports.map((port) => ({ node: plan.node, unit: planned.unit.name, port })),
    ),
  );
  return null;
}

async function write(
  { plan, clusterDir, secrets, program }: WriteRequest,
  { changes }: HandsContext,
): Promise<null> {
  const layout = clusterLayout(clusterDir);
  const { name } = plan.node;
  for (const [file, text] of Object.entries(secrets)) {
    const path = join(layout.secrets, file);
    if ((await readFileOrNull(path)) === text) continue;
    await changes.step(name, `write secrets/${file}`, async () => {
      await mkdir(layout.secrets, { recursive: true, mode: 0o700 });
      await writeWholeFile(path, text, 0o600);
    });
  }
  await writeNode(plan, clusterDir, changes);
  await makeSecrets(layout, [plan.node], changes);
  await writePlayer(plan, { source: program, layout, changes });
  return null;
}

async function look({ plan, clusterDir }: NodeRequest): Promise<readonly UnitKind[]> {
  return (await findUnitWork([plan], clusterDir)).map(nameWork);
}

async function start({ plan, clusterDir }: NodeRequest, context: HandsContext): Promise<readonly UnitKind[]> {
  const work = await findUnitWork([plan], clusterDir);
  await applyUnitWork(work, { ...context, layout: clusterLayout(clusterDir) });
  return work.map(nameWork);
}

function nameWork({ planned, kind }: UnitWork): UnitKind {
  return { unit: planned.unit.name, kind };
}

async function tidy({ plan, clusterDir, program }: TidyRequest, { changes }: HandsContext): Promise<null> {
  const layout = clusterLayout(clusterDir);
  await removeLeftovers({
    layout,
    nodes: plan === null ? [] : [plan],
    changes,
    program: { digest: program },
  });
  return null;
}

async function down({ clusterDir, purge }: DownRequest): Promise<{ stopped: number; killed: number }> {
  const { stopped, killed } = await takeDown({ clusterDir, purge });
  if (purge) await removeIfEmpty(join(clusterDir, '..'));
  return { stopped, killed };
}

/** The folder of all clusters of a machine goes with the last of them. */
async function removeIfEmpty(folder: string): Promise<void> {
  const left = await readdir(folder).catch((): string[] => []);
  if (left.length === 0) await rm(folder, { recursive: true, force: true });
}
