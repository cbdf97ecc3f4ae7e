/**
 * The epoch of the same stream at other ingest nodes: an encoder that sends to two addresses has one clock, and the
 * jitter of two networks must not make two grids of it.
 *
 * Of two sessions that are measured at the same time the younger one waits for the older one, never both.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Peer } from '../nodes/node-config.ts';

/** What is known of the session that asks. */
export interface TwinQuestion {
  readonly stream: string;
  readonly sessionId: number;
  readonly measuredMs: number;
}

export interface TwinPlaces {
  /** Name of the node that asks. */
  readonly node: string;
  readonly peers: readonly Peer[];
  /** Asks one ingest node; null when it has no session of the stream or does not answer. */
  readonly ask?: (peer: Peer, stream: string) => Promise<TwinSession | null>;
  /** A steady clock, milliseconds; the machine's when left out. */
  readonly time?: { nowMs(): number; wait(ms: number): Promise<unknown> };
}

export interface TwinSession {
  readonly sessionId: number;
  readonly epochMs: number | null;
}

/** Epochs nearer than this are one clock's; the jitter of networks is less, encoders rarely start so close. */
const SAME_CLOCK_MS = 500;
/** A stream begins this much later when an ingest node is gone without a word, and only then. */
const ASK_TIMEOUT_MS = 250;
const WAIT_LIMIT_MS = 600;
const BETWEEN_MS = 40;
const MACHINE_TIME = { nowMs: () => performance.now(), wait };

/** Resolves with the epoch to take over, or null. Throws nothing. */
export async function findTwinEpoch(own: TwinQuestion, places: TwinPlaces): Promise<number | null> {
  const others = places.peers.filter(({ roles, name }) => roles.includes('ingest') && name !== places.node);
  const { ask = askSession, time = MACHINE_TIME } = places;
  const deadlineMs = time.nowMs() + WAIT_LIMIT_MS;
  for (;;) {
    const found = await Promise.all(
      others.map(async (peer) => ({ peer, session: await ask(peer, own.stream) })),
    );
    const sessions = found.flatMap(({ peer, session }) => (session === null ? [] : [{ ...session, peer }]));
    const epochs = sessions
      .toSorted((a, b) => a.sessionId - b.sessionId)
      .map(({ epochMs }) => epochMs)
      .filter((epochMs) => epochMs !== null && Math.abs(epochMs - own.measuredMs) <= SAME_CLOCK_MS);
    if (epochs[0] !== undefined) return epochs[0];
    const isAwaited = sessions.some(
      ({ sessionId, epochMs, peer }) =>
        epochMs === null &&
        (sessionId < own.sessionId || (sessionId === own.sessionId && peer.name < places.node)),
    );
    if (!isAwaited || time.nowMs() > deadlineMs) return null;
    await time.wait(BETWEEN_MS);
  }
}

async function askSession({ address, ports }: Peer, stream: string): Promise<TwinSession | null> {
  try {
    const response = await fetch(`http://${address}:${ports.contribution}/sessions/${stream}`, {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    return response.ok ? ((await response.json()) as TwinSession) : null;
  } catch {
    return null;
  }
}
