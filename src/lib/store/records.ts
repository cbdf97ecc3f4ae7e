/** What the store's records say; all are JSON in Redis and none holds a secret. */

export interface StreamRecord {
  readonly name: string;
  readonly createdMs: number;
}

/** `user`: given to a person, two valid at a time. `test`: the test publisher's own, one at a time. */
export type KeyKind = 'user' | 'test';

export interface KeyRecord {
  readonly stream: string;
  /** Names the key in commands and in the audit trail; says nothing of the key. */
  readonly keyId: string;
  readonly kind: KeyKind;
  readonly createdMs: number;
  /** Whoever made it has not said yet that it was shown to somebody; absent when it was. */
  readonly unshown?: true;
}

/** Who publishes a stream now: at most one for each region. */
export interface SessionRecord {
  readonly stream: string;
  /** Unix milliseconds when it was opened; a little later when another region's is as old. The oldest is active. */
  readonly sessionId: number;
  /** The ingest node, and its region; older versions wrote none. */
  readonly node: string;
  readonly region?: string;
  /** Tells connections of one node apart. */
  readonly client: string;
  readonly clientAddress: string;
  readonly keyId: string;
}

/** One line of the audit trail. */
export interface AuditEvent {
  readonly atMs: number;
  readonly who: string;
  readonly what:
    | 'stream-added'
    | 'stream-removed'
    | 'key-added'
    | 'key-ended'
    | 'key-restored'
    | 'session-opened'
    | 'session-closed'
    | 'controller-taken'
    | 'ring-restored'
    | 'node-up'
    | 'node-down'
    | 'node-unknown'
    | 'move-begun'
    | 'move-finished'
    | 'move-aborted'
    | 'lock-stolen';
  /** Empty for what is of no single stream. */
  readonly stream: string;
  /** Id of the key or session that it is about, the node and why, or the move in words; empty for a stream. */
  readonly subject: string;
}

/** Parses a record, or returns null for what is not JSON of an object (another version's, a person's). */
export function parseRecord<T extends object>(json: string | null | undefined): T | null {
  if (json === null || json === undefined) return null;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as T) : null;
  } catch {
    return null;
  }
}
