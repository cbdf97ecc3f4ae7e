/** A fault of a spec file, and where it is. */
export interface Diagnostic {
  /** As the user named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `nodes.2.region`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A fault before its place in the file is looked up. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** Points at the key rather than its value. */
  readonly atKey?: boolean;
}
