/** What a change of the ring came to: what `--json` prints, and the last lines for people. */
import { StreamctlError, toStreamctlError } from '../../base/errors.ts';
import type { MoveResult } from '../../provision/ring/await-change.ts';
import type { PlanReport } from './plan-report.ts';
import type { RingCall } from './ring-change-command.ts';

export interface RingChangeReport {
  readonly cluster: string;
  /** In words of the command. */
  readonly what: string;
  readonly dryRun: boolean;
  readonly changed: boolean;
  /** Of the ring now. */
  readonly epoch: number;
  /** `waiting`: it was not waited for, or only planned. */
  readonly moves: readonly (MoveResult & { readonly why: string })[];
  readonly refusals: PlanReport['refusals'];
  readonly maxOverMean: PlanReport['maxOverMean'];
  readonly loads: PlanReport['loads'];
  /** Command that takes it back; null when nothing was changed. */
  readonly undo: string | null;
}

export interface ReportFacts {
  readonly plan: PlanReport;
  readonly dryRun: boolean;
  /** Of the ring that the change made; null when it made none. */
  readonly madeEpoch: number | null;
  readonly results: readonly MoveResult[];
}

/** Makes the report of a change from its plan and what became of its moves. */
export function reportChange({ plan, dryRun, madeEpoch, results }: ReportFacts): RingChangeReport {
  const { cluster, what, epoch, moves, refusals, maxOverMean, loads } = plan;
  const resultOf = new Map(results.map((result) => [`${result.stream} ${result.from}`, result]));
  return {
    cluster,
    what: what ?? '',
    dryRun,
    changed: madeEpoch !== null || results.length > 0,
    epoch: madeEpoch ?? epoch,
    moves: moves.map(({ stream, from, to, why }) => {
      const { result = 'waiting', afterMs = null } = resultOf.get(`${stream} ${from}`) ?? {};
      return { stream, from, to, why, result, afterMs };
    }),
    refusals,
    maxOverMean,
    loads,
    undo: madeEpoch === null ? null : `streamctl ring undo ${madeEpoch}`,
  };
}

/** Prints the last lines: what it came to, and how to take it back. */
export function printOutcome(report: RingChangeReport, { print }: Pick<RingCall, 'print'>): void {
  const count = (result: MoveResult['result']): number =>
    report.moves.filter((move) => move.result === result).length;
  const stayed = count('stayed');
  const waiting = count('waiting');
  if (stayed > 0) print(`  ! ${stayed} did not move; see why with: streamctl ring plan`);
  if (waiting > 0)
    print(
      `  the controller makes ${waiting === 1 ? 'the move' : `the ${waiting} moves`}; watch: streamctl ring plan`,
    );
  if (report.undo !== null) print(`  undo   ${report.undo}`);
}

/** Adds how to take the change back to a failure that came after it. */
export function withUndo(error: unknown, madeEpoch: number | null): StreamctlError {
  const failure = toStreamctlError(error);
  if (madeEpoch === null) return failure;
  const details = failure.details as { facts?: Record<string, string> } | undefined;
  const facts = { ...details?.facts, undo: `streamctl ring undo ${madeEpoch}` };
  return new StreamctlError(failure.code, failure.message, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    details: { ...details, facts },
    cause: failure,
  });
}
