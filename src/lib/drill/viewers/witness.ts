/** Somebody who watches beside the simulated viewers, and is judged by a measure of its own. Types alone. */
import type { Finding } from '../drill-result.ts';

export interface Witness {
  /** Begins to watch; resolves when it has begun. */
  start(): Promise<void>;
  /** What keeps it from being well, in words; null when it is. */
  unsteady(): Promise<string | null>;
  /** What it saw from then to now (Unix milliseconds). `words` tell it for people. */
  saw(sinceMs: number): Promise<{ readonly findings: readonly Finding[]; readonly words: string }>;
  close(): Promise<void>;
}
