/** Takes away what pipelines that are gone have left: work folders, and all but the newest log folders. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DRILL_FILL } from '../nodes/layout.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import type { AgentState } from './agent-state.ts';
import { PIPELINE_PREFIX } from './pipeline-units.ts';

/** Log folders of past pipelines that stay, so that somebody can still ask why one ended. */
export const KEPT_LOGS = 20;
/** What changed so recently may belong to a pipeline that is being made. */
const YOUNG_MS = 60_000;

/** A folder of a pipeline that has no unit. */
export interface Leftover {
  readonly stream: string;
  readonly dir: string;
}

export interface SweepFacts {
  readonly dirs: Pick<NodeConfig['dirs'], 'data' | 'log'>;
  /** Streams with a unit. */
  readonly units: ReadonlySet<string>;
  readonly nowMs: number;
}

/** Finds what may go. */
export async function findLeftovers({ dirs, units, nowMs }: SweepFacts): Promise<readonly Leftover[]> {
  const [work, logs] = await Promise.all([
    listLeftovers(dirs.data, units, nowMs),
    listLeftovers(dirs.log, units, nowMs),
  ]);
  return [...work, ...logs.slice(KEPT_LOGS)];
}

/** Finds and removes; what cannot be removed now is found again. */
export async function sweepLeftovers({ deps, pipelines }: AgentState): Promise<void> {
  try {
    const units = new Set((await pipelines.list()).keys());
    const found = await findLeftovers({ dirs: deps.config.dirs, units, nowMs: deps.clock.nowMs() });
    for (const { stream, dir } of found) pipelines.clear(stream, dir);
    await removeFill(deps.config.dirs.data, deps.clock.nowMs());
  } catch (error) {
    deps.log.error({ err: error }, 'could not look for leftovers');
  }
}

/** Removes what a drill filled the disk with and could not take away itself, once its time is over. */
export async function removeFill(data: string, nowMs: number): Promise<void> {
  const names = (await readdir(data)).filter((name) => name.startsWith(DRILL_FILL));
  const over = names.filter((name) => Number.parseInt(name.slice(DRILL_FILL.length), 10) < nowMs);
  await Promise.all(over.map((name) => rm(join(data, name), { force: true })));
}

/** Folders of pipelines without a unit that are not young, the newest first. */
async function listLeftovers(
  parent: string,
  units: ReadonlySet<string>,
  nowMs: number,
): Promise<readonly Leftover[]> {
  const names = (await readdir(parent).catch(() => [])).filter(
    (name) => name.startsWith(PIPELINE_PREFIX) && !units.has(name.slice(PIPELINE_PREFIX.length)),
  );
  const found = await Promise.all(
    names.map(async (name) => {
      const dir = join(parent, name);
      return { stream: name.slice(PIPELINE_PREFIX.length), dir, changedMs: await changedAtMs(dir) };
    }),
  );
  return found
    .filter(({ changedMs }) => nowMs - changedMs > YOUNG_MS)
    .sort((a, b) => b.changedMs - a.changedMs);
}

/** Of a log folder the last line counts, not the folder. */
async function changedAtMs(dir: string): Promise<number> {
  const times = [join(dir, 'current'), dir].map((path) => stat(path).then(({ mtimeMs }) => mtimeMs));
  const settled = await Promise.allSettled(times);
  return Math.max(0, ...settled.map((one) => (one.status === 'fulfilled' ? one.value : 0)));
}
