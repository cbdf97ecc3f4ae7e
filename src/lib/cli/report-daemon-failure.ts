import type { StreamctlError } from '../base/errors.ts';
import { writeWhole } from './output.ts';

/** Says why a daemon ended, as one line of its log. */
export async function reportDaemonFailure(daemon: string, failure: StreamctlError): Promise<void> {
  const { code, message, hint } = failure;
  const stack = failure.code === 'BUG' ? (failure.cause as Error | undefined)?.stack : undefined;
  const line = { level: 60, time: new Date().toISOString(), unit: daemon, code, msg: message, hint, stack };
  await writeWhole(process.stdout, `${JSON.stringify(line)}\n`);
}
