import type { DemoCluster } from '../test/support/demo-cluster.ts';

/** What every measurement gets. */
export interface BenchContext {
  /** Folder of the repository. */
  readonly root: string;
  readonly cluster: DemoCluster;
  /** Length of each long measurement. */
  readonly minutes: number;
  /** `performance.now()` when the cluster was up. */
  readonly startedMs: number;
  /** Says on standard error what is being measured. */
  say(line: string): void;
}
