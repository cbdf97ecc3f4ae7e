/** What was started, in words. Pure. */
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import type { UnitKind } from './hands/protocol.ts';
import type { UnitWork } from './start-units.ts';

/** `redis · 2 nginx · 4 agent`, or that all run already. */
export function summarizeWork(work: readonly UnitKind[]): string {
  const todo = work.filter(({ kind }) => kind !== 'none');
  if (todo.length === 0) return `all ${work.length} units run already`;
  const counts = new Map<string, number>();
  for (const { unit } of todo) {
    const kind = unit.replace(/^nginx-.*/, 'nginx');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${count} ${kind}`)).join(' · ');
}

/** The failure of a start, with how many units ran before. */
export function addProgress(error: unknown, work: readonly Pick<UnitWork, 'kind'>[]): StreamctlError {
  const failure = toStreamctlError(error);
  if (failure.code !== 'UNHEALTHY') return failure;
  const details = failure.details as { facts?: Record<string, string> };
  const fine = work.filter(({ kind }) => kind === 'none').length;
  const facts = {
    ...details.facts,
    'done so far': `${fine} of ${work.length} units ran before; what started stays`,
  };
  return new StreamctlError(failure.code, failure.message, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    details: { ...details, facts },
    cause: failure,
  });
}
