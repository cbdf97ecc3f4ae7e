/** Names of everything that a cluster keeps in Redis. */
export interface StoreKeys {
  /** Hash: stream name → StreamRecord. */
  readonly streams: string;
  /** Hash: HMAC of a stream key → KeyRecord. */
  readonly keys: string;
  /** String: the RingRecord. */
  readonly ring: string;
  /** Redis stream: one RingChange an entry, as JSON under `change`. */
  readonly ringHistory: string;
  /** String, expires: who changes the ring now, of those that lost a race. */
  readonly ringTurn: string;
  /** Hash: stream → PlacementRecord. */
  readonly placements: string;
  /** Hash: node → encoder cost of what is placed there, joining replicas too. */
  readonly loads: string;
  /** Hash: `STREAM NODE` → PlannedMove. */
  readonly moves: string;
  /** Hash: stream → PlacementRefusal. */
  readonly refusals: string;
  /** String, expires: the ControllerLease. */
  readonly controller: string;
  /** String: the highest token given out. */
  readonly controllerToken: string;
  /** Hash: node → NodeVerdict. */
  readonly verdicts: string;
  /** Redis stream, capped: the audit trail. */
  readonly events: string;
  /** String, expires: the OperatorLease of the command that changes the cluster now. */
  readonly operatorLease: string;
  /** String: the greatest token of that lease so far. */
  readonly operatorToken: string;
  /** Redis stream, capped: one OperationNote an entry, as JSON under `note`. */
  readonly operations: string;
  /** Channel: a word that something changed. */
  readonly changes: string;
  /** String, expires: the SessionRecord of who publishes this stream; of several, the oldest session. */
  session(stream: string): string;
  /** Hash, expires, only while there are several: region → when its session expires, a space, its SessionRecord. */
  regionSessions(stream: string): string;
  /** String, expires: what a node last said of itself. */
  heartbeat(node: string): string;
  /** String, expires: a sign that a node's agent lives, between two heartbeats. */
  pulse(node: string): string;
  /** Hash: stream → PlacedAs. */
  placed(node: string): string;
}

/** Returns the names for one cluster; clusters may share a Redis. */
export function storeKeys(cluster: string): StoreKeys {
  const prefix = `sc:${cluster}:`;
  return {
    streams: `${prefix}streams`,
    keys: `${prefix}keys`,
    ring: `${prefix}ring`,
    ringHistory: `${prefix}ring-history`,
    ringTurn: `${prefix}ring-turn`,
    placements: `${prefix}placements`,
    loads: `${prefix}loads`,
    moves: `${prefix}moves`,
    refusals: `${prefix}refusals`,
    controller: `${prefix}controller`,
    controllerToken: `${prefix}controller-token`,
    verdicts: `${prefix}verdicts`,
    events: `${prefix}events`,
    operatorLease: `${prefix}operator-lease`,
    operatorToken: `${prefix}operator-token`,
    operations: `${prefix}operations`,
    changes: `${prefix}changes`,
    session: (stream) => `${prefix}session:${stream}`,
    regionSessions: (stream) => `${prefix}region-sessions:${stream}`,
    heartbeat: (node) => `${prefix}heartbeat:${node}`,
    pulse: (node) => `${prefix}pulse:${node}`,
    placed: (node) => `${prefix}placed:${node}`,
  };
}
