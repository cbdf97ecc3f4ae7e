/** What the steps of `up` do on machines: on this one (local/), or on many over ssh (remote/). */
import type { StepReport, UpContext } from './context.ts';

export interface Driver {
  /** Folder of the cluster on a machine, absolute. */
  readonly machineDir: string;
  /** Looks whether the machines can run the cluster; fills in the program, the nodes and those that leave. */
  check(context: UpContext, report: StepReport): Promise<string>;
  /** Brings packages, secrets and the program, and makes sure that what must start can. */
  prepare(context: UpContext, report: StepReport): Promise<string>;
  /** Writes the files of the planned nodes. */
  write(context: UpContext, report: StepReport): Promise<void>;
  /** Starts what is missing and restarts what changed; says what that was. Throws UNHEALTHY. */
  start(context: UpContext, report: StepReport): Promise<string>;
  /** Stops and removes what the spec does not have. */
  tidy(context: UpContext, report: StepReport): Promise<void>;
  /** Gives back what was held open; may be called twice. */
  close(): Promise<void>;
}
