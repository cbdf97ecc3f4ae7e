/** Talks to contribution daemons: this node's own, and others' when the store is away. */
import type { Fitness } from '../media/fitness.ts';
import type { Peer } from '../nodes/node-config.ts';

/** A session as a contribution daemon has it. */
export interface ContributionSession {
  readonly stream: string;
  readonly sessionId: number;
  readonly client: string;
  readonly clientAddress: string;
  readonly keyId: string;
  /** False when its publisher was let in while nobody could place the stream. */
  readonly placed?: boolean;
  /** Unix milliseconds of RTMP timestamp 0, as the publisher says; null or absent when it does not. */
  readonly saidEpochMs?: number | null;
  /** Null until the daemon has settled it. */
  readonly epochMs?: number | null;
  /** Arrival of its last tag in this run of the daemon; null for none. */
  readonly lastTagMs?: number | null;
  /** Since when this run of the daemon has asked for its media. */
  readonly pulledSinceMs?: number;
  /** What was seen of its picture and sound; absent: of an older version, or not asked for. */
  readonly fitness?: Fitness;
}

/** A publisher that is still there sends something within this time, whoever asks. */
const GHOST_MS = 1000;

/**
 * Whether a session that the daemon found on its disk has nobody behind it any more: it had media before, and has none
 * since. The machine was away; its publisher has to come in again, and must not be kept out by what it left.
 */
export function isGhost({ epochMs, lastTagMs, pulledSinceMs }: ContributionSession, nowMs: number): boolean {
  if (typeof epochMs !== 'number' || lastTagMs !== null || pulledSinceMs === undefined) return false;
  return nowMs - pulledSinceMs > GHOST_MS;
}

type Place = Pick<Peer, 'address' | 'ports'>;

/** Covers the daemon's own wait for its pull. */
const OPEN_TIMEOUT_MS = 3000;
const ASK_TIMEOUT_MS = 500;

/** Opens a session, or says of an open one whether it is placed; returns whether the daemon took it. */
export async function openContribution(place: Place, session: ContributionSession): Promise<boolean> {
  const { sessionId, client, clientAddress, keyId, placed, saidEpochMs } = session;
  const response = await ask(place, `/sessions/${session.stream}`, {
    method: 'PUT',
    body: JSON.stringify({ sessionId, client, clientAddress, keyId, placed, saidEpochMs }),
    signal: AbortSignal.timeout(OPEN_TIMEOUT_MS),
  });
  return response?.ok ?? false;
}

/** Closes a client's session; returns whether the daemon answered. */
export async function closeContribution(place: Place, session: ContributionSession): Promise<boolean> {
  const query = new URLSearchParams({ client: session.client });
  const response = await ask(place, `/sessions/${session.stream}?${query}`, { method: 'DELETE' });
  return response !== null;
}

/** The daemon's sessions; null when it does not answer. */
export async function listContributions(place: Place): Promise<readonly ContributionSession[] | null> {
  const response = await ask(place, '/sessions', {});
  if (response?.ok !== true) return null;
  try {
    return ((await response.json()) as { sessions: ContributionSession[] }).sessions;
  } catch {
    return null;
  }
}

async function ask(place: Place, path: string, init: RequestInit): Promise<Response | null> {
  const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
  try {
    return await fetch(`http://${place.address}:${place.ports.contribution}${path}`, { signal, ...init });
  } catch {
    return null;
  }
}
