import type { NodeAnswer } from './node-answer.ts';

/** The node whose store takes writes, as most agents know that have one; null when none has. */
export function findWritingStore(answers: readonly NodeAnswer[]): string | null {
  const named = answers.flatMap(({ agent }) => (agent?.store === 'up' ? (agent.storeNode ?? []) : []));
  const votes = new Map<string, number>();
  for (const node of named) votes.set(node, (votes.get(node) ?? 0) + 1);
  return [...votes].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}
