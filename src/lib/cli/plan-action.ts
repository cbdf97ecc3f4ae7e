/** `plan`, and `up --plan`: the steps of `up` without doing them, the digest of what came out, and comparing two. */
import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import type { Change } from '../provision/changes.ts';
import type { UpContext } from '../provision/context.ts';
import { type Deletions, findDeletions } from '../provision/plan/deletions.ts';
import { loadPlanFacts } from '../provision/plan/load-plan-facts.ts';
import { digestPlan, findMoved, isPlanDigest, type PlanPart } from '../provision/plan/plan-digest.ts';
import { UP_STEPS } from '../provision/up.ts';
import { runSteps } from './run-steps.ts';

/** What `plan --json` prints. */
export interface UpPlan {
  readonly cluster: string;
  /** To be given to `up --plan`. */
  readonly digest: string;
  readonly changes: readonly Change[];
  /** What would be taken away for good. */
  readonly deletions: Deletions;
  /** Nodes that would be left as they are. */
  readonly without: readonly string[];
}

/** Says what `up` would do, and does nothing; `context` is of the mode `plan`. Throws what `up` throws before it begins. */
export async function makePlan(context: UpContext): Promise<UpPlan> {
  await using _ = { [Symbol.asyncDispose]: () => context.driver.close() };
  await runSteps(UP_STEPS, context, { silent: true });
  const { spec, program } = context;
  const changes = context.changes.list;
  const [facts, deletions] = await Promise.all([loadPlanFacts(context), findDeletions(context)]);
  const digest = digestPlan({ spec: spec.digest, program: program?.digest ?? '', facts, changes });
  return { cluster: spec.cluster, digest, changes, deletions, without: context.without };
}

/** A plan that was made before: its digest, and its changes where they are known. */
export interface EarlierPlan {
  readonly digest: string;
  readonly changes: readonly Change[] | null;
}

/** Reads the value of `--plan`: a digest, or a file that `plan --out` or `plan --json` wrote. Throws USAGE. */
export async function loadEarlierPlan(given: string): Promise<EarlierPlan> {
  if (isPlanDigest(given)) return { digest: given, changes: null };
  try {
    const { digest, changes } = JSON.parse(await readFile(given, 'utf8')) as UpPlan;
    if (isPlanDigest(digest)) return { digest, changes };
  } catch {}
  throw new StreamctlError('USAGE', `--plan ${given} is neither the digest of a plan nor a file with one`, {
    hint: 'Take the digest from streamctl plan, or write a file with streamctl plan --out FILE.',
  });
}

const WORDS: Readonly<Record<PlanPart, string>> = {
  spec: 'the spec, or what it includes',
  program: 'the program: this is another build of streamctl',
  facts: 'the cluster: another up, or a change of the ring, came between',
  changes: 'what would have to be done',
};

/** Throws CONFLICT when a plan is not the one that was made before, and says what moved. */
export function refuseMoved(earlier: EarlierPlan, now: UpPlan): void {
  if (earlier.digest === now.digest) return;
  const moved = findMoved(earlier.digest, now.digest);
  const differences = earlier.changes === null ? [] : compareChanges(earlier.changes, now.changes);
  throw new StreamctlError('CONFLICT', 'the world has moved since this plan was made; nothing was changed', {
    hint: 'Run streamctl plan again, and look at what it says now.',
    details: {
      expected: earlier.digest,
      found: now.digest,
      moved,
      changes: now.changes,
      facts: {
        moved: moved.map((part) => WORDS[part]).join('\n'),
        ...(differences.length === 0 ? {} : { changes: differences.join('\n') }),
      },
    },
  });
}

const MOST_LINES = 12;

/** `+ us-1: restart origin` for what is new, `- …` for what is gone. */
function compareChanges(before: readonly Change[], after: readonly Change[]): string[] {
  const word = ({ node, text }: Change): string => `${node ?? 'cluster'}: ${text}`;
  const [old, fresh] = [new Set(before.map(word)), new Set(after.map(word))];
  const lines = [
    ...[...fresh].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
    ...[...old].filter((line) => !fresh.has(line)).map((line) => `- ${line}`),
  ];
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines;
}
