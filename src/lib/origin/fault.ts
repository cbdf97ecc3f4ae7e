/**
 * What an origin does wrong on purpose while a drill asks it to. Off unless the node's data folder holds a file that says
 * so and until when; nothing that comes over the network can arm it. It is known to nobody but the requests it spoils.
 */
import { StreamctlError } from '../base/errors.ts';

/** `stale`: takes no new media. `slow`: answers late. `errors`: answers a share of requests with 503. */
export type OriginFault = { readonly untilMs: number } & (
  | { readonly kind: 'none' | 'stale' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'errors'; readonly percent: number }
);

/** Returns the JSON when it asks for a fault that there is. Throws USAGE for all else. */
export function checkOriginFault(value: unknown): OriginFault {
  const fault = value as Partial<Record<string, unknown>> | null;
  const fits =
    typeof fault?.untilMs === 'number' &&
    (fault.kind === 'none' ||
      fault.kind === 'stale' ||
      (fault.kind === 'slow' && typeof fault.delayMs === 'number') ||
      (fault.kind === 'errors' && typeof fault.percent === 'number'));
  if (fits) return fault as unknown as OriginFault;
  throw new StreamctlError('USAGE', 'the file does not ask for a fault of an origin');
}

/** The longest that an answer is held back, milliseconds. */
const MAX_DELAY_MS = 30_000;

/** The fault that an origin has now, as its parts ask for it. */
export class FaultInjector {
  readonly #current: () => OriginFault | null;
  readonly #nowMs: () => number;
  readonly #waiting: { readonly dueMs: number; readonly run: () => void }[] = [];

  constructor(current: () => OriginFault | null, nowMs: () => number) {
    this.#current = current;
    this.#nowMs = nowMs;
  }

  /** Its name for `x-drill-fault`; null when there is none. */
  get name(): string | null {
    return this.#now()?.kind ?? null;
  }

  /** Whether media that arrives is thrown away. */
  get isDeaf(): boolean {
    return this.#now()?.kind === 'stale';
  }

  /** Milliseconds by which answers and feeds are late. */
  get delayMs(): number {
    const fault = this.#now();
    return fault?.kind === 'slow' ? Math.min(MAX_DELAY_MS, fault.delayMs) : 0;
  }

  /** Whether a request is to fail; `random` is 0 to below 1. */
  fails(random: number): boolean {
    const fault = this.#now();
    return fault?.kind === 'errors' && random * 100 < fault.percent;
  }

  /** Runs now, or as late as answers are; never before what was to run earlier. */
  late(run: () => void): void {
    const nowMs = this.#nowMs();
    const dueMs = nowMs + this.delayMs;
    if (this.#waiting.length === 0 && dueMs <= nowMs) {
      run();
      return;
    }
    this.#waiting.push({ dueMs, run });
    if (this.#waiting.length === 1) this.#arm();
  }

  #arm(): void {
    const [next] = this.#waiting;
    if (next !== undefined)
      setTimeout(() => this.#drain(), Math.max(0, Math.ceil(next.dueMs - this.#nowMs())));
  }

  #drain(): void {
    const nowMs = this.#nowMs();
    while (this.#waiting[0] !== undefined && this.#waiting[0].dueMs <= nowMs) this.#waiting.shift()!.run();
    this.#arm();
  }

  #now(): OriginFault | null {
    const fault = this.#current();
    return fault === null || fault.kind === 'none' || this.#nowMs() >= fault.untilMs ? null : fault;
  }
}

/** An origin without faults. */
export const NO_FAULTS = new FaultInjector(() => null, Date.now);
