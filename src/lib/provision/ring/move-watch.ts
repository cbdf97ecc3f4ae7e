/** What is seen of moves while they are waited for: who has arrived and when, and who was tried in vain. Pure. */
import type { MoveProgress } from '../../membership/await-moves.ts';

const MOST_NAMED = 3;
/** The controller goes on; whoever waits has learnt by then that something is wrong. */
const MOST_TRIES = 2;

export class MoveWatch {
  readonly #streams: readonly string[];
  readonly #endedMs = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #moving = new Set<string>();

  constructor(streams: readonly string[]) {
    this.#streams = streams;
  }

  /** Takes a look in; returns the streams of which a try has failed since the last one. */
  take({ left, moving }: MoveProgress, atMs: number): string[] {
    const open = new Set(left);
    const now = new Set(moving);
    for (const stream of this.#streams) {
      if (!open.has(stream) && !this.#endedMs.has(stream)) this.#endedMs.set(stream, atMs);
    }
    const failed = [...this.#moving].filter((stream) => open.has(stream) && !now.has(stream));
    for (const stream of failed) this.#failures.set(stream, (this.#failures.get(stream) ?? 0) + 1);
    this.#moving = now;
    return failed;
  }

  /** When the stream's move had ended; null while it has not. */
  endedMs(stream: string): number | null {
    return this.#endedMs.get(stream) ?? null;
  }

  /** Whether all that is left was tried in vain more than once. */
  get isHopeless(): boolean {
    const open = this.#streams.filter((stream) => !this.#endedMs.has(stream));
    return open.length > 0 && open.every((stream) => (this.#failures.get(stream) ?? 0) >= MOST_TRIES);
  }
}

/** `4 of 7 streams · on both nodes until they agree: demo, chess`. */
export function wordProgress({ total, left, moving, lacks }: MoveProgress): string {
  const named = moving.slice(0, MOST_NAMED).join(', ');
  const more = moving.length > MOST_NAMED ? ` and ${moving.length - MOST_NAMED} more` : '';
  return [
    `${total - left.length} of ${total} ${total === 1 ? 'stream' : 'streams'}`,
    ...(moving.length === 0 ? [] : [`on both nodes, compared for at most 20 s: ${named}${more}`]),
    ...lacks.slice(0, 1),
  ].join(' · ');
}
