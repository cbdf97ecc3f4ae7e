/**
 * What a daemon knows of its node, its cluster and its neighbours: the file `node.json`, written by `up`.
 *
 * It holds no secret: those are in files of their own, named here. Daemons read it at start and need nothing
 * else to serve what is playing (static stability).
 */
import type { StreamSettings } from '../spec/stream-settings.ts';

export type Role = 'store' | 'ingest' | 'origin' | 'edge';

export interface Ports {
  readonly rtmp: number;
  /** nginx of an edge: what viewers reach. */
  readonly http: number;
  readonly origin: number;
  readonly agent: number;
  readonly contribution: number;
  readonly redis: number;
  /** Redis Sentinel, where there are several stores. */
  readonly sentinel: number;
}

export interface Peer {
  readonly name: string;
  readonly region: string;
  /** Name by which ssh and the world reach the machine; absent on this machine. */
  readonly host?: string;
  /** On which its services listen for one another. */
  readonly address: string;
  /** Name or address by which viewers and publishers reach it; absent when that is `address`. */
  readonly publicAddress?: string;
  /** Where viewers reach it as an edge, as browsers write an origin; absent when nothing stands before its own HTTP port. */
  readonly url?: string;
  readonly roles: readonly Role[];
  readonly ports: Ports;
  readonly weight: number;
  /** The most that it can encode, in renditions of 720p30; absent when nobody said. */
  readonly capacity?: number;
  /** The most viewers that it should have as an edge; absent when nobody said. */
  readonly viewers?: number;
}

/** A share of a region's viewers that is to play from another one. */
export interface SteeringMove {
  /** Names of regions. */
  readonly from: string;
  readonly to: string;
  /** Percent, 1 to 100. */
  readonly share: number;
}

export interface NodeConfig {
  readonly version: 1;
  readonly cluster: string;
  readonly node: Peer;
  /** What keeps the units of this node running; absent: runit. */
  readonly supervisor?: 'runit' | 'systemd';
  /** Every node of the cluster, this one too, in the order of the spec. */
  readonly peers: readonly Peer[];
  readonly regions: readonly string[];
  /** Settings of a stream that the spec does not name. */
  readonly defaults: StreamSettings;
  /** Settings of the streams that the spec names. */
  readonly streams: Readonly<Record<string, StreamSettings>>;
  /** Planned moves of viewers; absent: none. */
  readonly moves?: readonly SteeringMove[];
  /** As whom this node speaks to the store; left out: as Redis's default user. */
  readonly storeUser?: string;
  /** Absolute paths. */
  readonly dirs: {
    /** Directory of this node: config, data, logs, services. */
    readonly node: string;
    /** Where segments are spilled and snapshots are kept. */
    readonly data: string;
    readonly log: string;
    /** Services that the agent makes (one per pipeline). */
    readonly services: string;
    /** Files served under /watch by the edge's nginx. */
    readonly www: string;
  };
  readonly files: {
    /** Mode 0600; the key of the HMAC under which stream keys are stored. */
    readonly keySecret: string;
    /** Mode 0600; of `storeUser`. */
    readonly redisPassword: string;
    /** The program: Node binary and the entry that runs `daemon NAME`. */
    readonly nodeBinary: string;
    readonly program: string;
  };
}
