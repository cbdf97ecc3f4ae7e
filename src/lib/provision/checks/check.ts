/** One thing that `doctor` looks at. */
export interface CheckContext {
  /** Folder of all clusters. */
  readonly home: string;
  /** Folder of the program, for its scripts. */
  readonly root: string;
}

export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'fault';
  /** What was found, in words. */
  readonly text: string;
  /** What to do, in words; null when there is nothing to do. */
  readonly remedy: string | null;
  /** Does it; null when doctor cannot. */
  readonly fix: (() => Promise<void>) | null;
}

export interface Check {
  readonly name: string;
  readonly run: (context: CheckContext) => Promise<readonly Omit<Finding, 'check'>[]>;
}

/** A finding that needs nothing done. */
export function fine(text: string): Omit<Finding, 'check'> {
  return { state: 'ok', text, remedy: null, fix: null };
}
