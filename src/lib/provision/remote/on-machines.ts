/** Work on many machines at once: every outcome is gathered, and a failure says what became of the others. */
import { settleAtMost } from '../../base/at-most.ts';
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';

export interface MachineWork<Item, Result> {
  /** What is being done, for people: `upload the program`. */
  readonly step: string;
  readonly items: readonly Item[];
  readonly nodeOf: (item: Item) => string;
  readonly work: (item: Item) => Promise<Result>;
  /** At most so many at once. */
  readonly parallel: number;
  /** Whether anything was changed on any machine so far: then a failure is PARTLY_DONE. */
  readonly begun: () => boolean;
  /** Told with the nodes that are not done yet. */
  readonly doing: (text: string) => void;
}

/** What became of one node, for `--json`. */
export interface NodeOutcome {
  readonly node: string;
  readonly done: boolean;
  readonly code: string | null;
  readonly message: string;
  readonly hint: string | null;
}

const NAMED_NODES = 4;

/** Does it on all; results in the order of the items. Throws the failure, with the outcome of every node. */
export async function onMachines<Item, Result>(all: MachineWork<Item, Result>): Promise<Result[]> {
  const { step, items, nodeOf, work, parallel, doing } = all;
  const waiting = new Set(items.map(nodeOf));
  const say = (): void => doing(`${step}: ${wordNodes([...waiting])}`);
  if (items.length > 0) say();
  const results = await settleAtMost(parallel, items, async (item) => {
    const result = await work(item);
    waiting.delete(nodeOf(item));
    if (waiting.size > 0) say();
    return result;
  });
  const failures = results.flatMap((result, at) =>
    result.status === 'rejected'
      ? [{ node: nodeOf(items[at]!), error: toStreamctlError(result.reason) }]
      : [],
  );
  if (failures.length > 0) throw wordFailures(failures, all);
  return results.map((result) => (result as PromiseFulfilledResult<Result>).value);
}

function wordNodes(nodes: readonly string[]): string {
  const more = nodes.length - NAMED_NODES;
  return more > 0 ? `${nodes.slice(0, NAMED_NODES).join(', ')} and ${more} more` : nodes.join(', ');
}

interface Failure {
  readonly node: string;
  readonly error: StreamctlError;
}

function wordFailures<Item, Result>(
  failures: readonly Failure[],
  { step, items, nodeOf, begun }: MachineWork<Item, Result>,
): StreamctlError {
  const { error: first } = failures[0]!;
  const outcomes = items.map((item): NodeOutcome => {
    const error = failures.find(({ node }) => node === nodeOf(item))?.error;
    if (error === undefined)
      return { node: nodeOf(item), done: true, code: null, message: `${step}: done`, hint: null };
    return {
      node: nodeOf(item),
      done: false,
      code: error.code,
      message: error.message,
      hint: error.hint ?? null,
    };
  });
  const changed = begun();
  const partly = changed && first.code !== 'INTERRUPTED' && first.code !== 'LOCKED';
  const facts = {
    ...(first.details as { facts?: Record<string, string> } | undefined)?.facts,
    ...Object.fromEntries(
      outcomes.filter(({ node }) => node !== failures[0]!.node).map((one) => [one.node, wordOutcome(one)]),
    ),
    so_far: changed
      ? 'partly done: what is done is not repeated when this is run again'
      : 'nothing was changed on any machine',
  };
  const { so_far, ...rest } = facts;
  return new StreamctlError(partly ? 'PARTLY_DONE' : first.code, first.message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: {
      ...(first.details as object | undefined),
      code: first.code,
      nodes: outcomes,
      facts: { ...rest, 'so far': so_far },
    },
    cause: first,
  });
}

function wordOutcome({ done, message, hint }: NodeOutcome): string {
  return done ? message : `${message}${hint === null ? '' : `\n${hint}`}`;
}
