/** Logging of daemons: one JSON object a line on stdout, where the supervisor keeps it. */
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Creates the logger of one unit. Secrets must never be given to it. */
export function createLogger(unit: string): Logger {
  return pino({ base: { unit }, timestamp: pino.stdTimeFunctions.isoTime });
}
