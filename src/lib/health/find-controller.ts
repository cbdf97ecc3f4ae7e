import type { NodeAnswer } from './node-answer.ts';
import type { ControllerReport } from './report.ts';

/** A controller that is at work, in its own words. */
export type WorkingController = ControllerReport & { readonly work: NonNullable<ControllerReport['work']> };

/** The controller among those who answered: of two that call themselves so, the one with the higher token. */
export function findController(answers: readonly NodeAnswer[]): WorkingController | null {
  return newest(leasesOf(answers).filter((report): report is WorkingController => report.work !== null));
}

/** Who holds the lease, as those know who answered; it need not be one of them. */
export function findLease(answers: readonly NodeAnswer[]): ControllerReport | null {
  return newest(leasesOf(answers));
}

function leasesOf(answers: readonly NodeAnswer[]): ControllerReport[] {
  return answers.flatMap(({ agent }) => agent?.controller ?? []);
}

function newest<T extends ControllerReport>(reports: readonly T[]): T | null {
  return reports.toSorted((a, b) => a.token - b.token).at(-1) ?? null;
}
