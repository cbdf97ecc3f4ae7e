import type { Logger } from '../base/logger.ts';
import { recordEvent } from '../store/record-event.ts';
import type { AuditEvent } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Mandate } from './hold-lease.ts';
import type { RoundFacts } from './round-facts.ts';
import type { RoundMemory } from './round-memory.ts';

/** One round's means to act: what it knows, and the store, reached only as long as the mandate lasts. */
export interface Acting {
  readonly facts: RoundFacts;
  readonly memory: RoundMemory;
  readonly store: Store;
  readonly log: Logger;
  /**
   * Runs a script of the controller that changes what `word` says (a word of the channel; the next round must not go by
   * what was before). Null when this controller may not act any more.
   */
  act<T>(word: string, run: (token: number) => Promise<T>): Promise<T | null>;
  /** Adds to the audit trail. */
  tell(event: Pick<AuditEvent, 'what' | 'stream' | 'subject'>): Promise<void>;
}

export interface ActingOptions extends Pick<Acting, 'facts' | 'memory' | 'store' | 'log'> {
  readonly node: string;
  readonly mandate: Mandate;
  /** Marks what a word names as out of date. */
  readonly note: (word: string) => void;
}

/** Creates the means to act under one mandate; what the store calls superseded ends it. */
export function createActing({ node, mandate, note, ...rest }: ActingOptions): Acting {
  return {
    ...rest,
    act: async (word, run) => {
      if (!mandate.isHeld()) return null;
      const outcome = await run(mandate.token).finally(() => note(word));
      const said = kindOf(outcome);
      if (said === 'stale-ring') note('ring');
      if (said !== 'superseded') return outcome;
      mandate.lose();
      return null;
    },
    tell: (event) => recordEvent(rest.store, { who: `controller ${node}`, ...event }),
  };
}

/** Scripts answer with a word, or with an object of that kind. */
function kindOf(outcome: unknown): unknown {
  return typeof outcome === 'object' && outcome !== null && 'kind' in outcome ? outcome.kind : outcome;
}
