import { StreamctlError } from '../base/errors.ts';

/** What failed for one viewer, by kind: `status 404`, `UNHEALTHY` (late), `NOT_RUNNING`, … */
export class FailureCounts {
  readonly byKind = new Map<string, number>();
  last: unknown = null;

  /** Counts an error; the same one again is one. */
  take(error: unknown): void {
    if (error === this.last && error !== null) return;
    this.last = error;
    const kind = kindOf(error);
    this.byKind.set(kind, (this.byKind.get(kind) ?? 0) + 1);
  }
}

function kindOf(error: unknown): string {
  if (!(error instanceof StreamctlError)) return 'BUG';
  const { status } = (error.details ?? {}) as { status?: number };
  return status === undefined ? error.code : `status ${status}`;
}
