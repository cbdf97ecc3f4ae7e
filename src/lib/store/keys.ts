/** Names of everything that a cluster keeps in Redis. */
export interface StoreKeys {
  /** Hash: stream name → StreamRecord. */
  readonly streams: string;
  /** Hash: HMAC of a stream key → KeyRecord. */
  readonly keys: string;
  /** Redis stream, capped: the audit trail. */
  readonly events: string;
  /** Channel: a word that something changed. */
  readonly changes: string;
  /** String, expires: the SessionRecord of who publishes this stream. */
  session(stream: string): string;
  /** String, expires: what a node last said of itself. */
  heartbeat(node: string): string;
}

/** Returns the names for one cluster; clusters may share a Redis. */
export function storeKeys(cluster: string): StoreKeys {
  const prefix = `sc:${cluster}:`;
  return {
    streams: `${prefix}streams`,
    keys: `${prefix}keys`,
    events: `${prefix}events`,
    changes: `${prefix}changes`,
    session: (stream) => `${prefix}session:${stream}`,
    heartbeat: (node) => `${prefix}heartbeat:${node}`,
  };
}
