import type { NodeAnswer } from './node-answer.ts';
import type { DepartureReport } from './report.ts';

/** Players that left an edge within the last 20 seconds, by reason. */
export type Left = Readonly<Partial<Record<DepartureReport['why'], number>>>;

/**
 * What players told the edges that they left, by node: they see what a node does not see of itself. It is their word, so it
 * makes nobody unhealthy. Pure.
 */
export function sumDepartures(answers: readonly NodeAnswer[]): ReadonlyMap<string, Left> {
  const sums = new Map<string, Left>();
  for (const { node, why, players } of answers.flatMap(({ origin }) => origin?.departures ?? [])) {
    const before = sums.get(node) ?? {};
    sums.set(node, { ...before, [why]: (before[why] ?? 0) + players });
  }
  return sums;
}
