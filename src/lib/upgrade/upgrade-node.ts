/**
 * Bringing one node to another program, so that nobody notices: each part of it is restarted only while another node
 * stands in for it, and the next only when the media are as they were.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import type { NodeAnswer } from '../health/node-answer.ts';
import type { Peer } from '../nodes/node-config.ts';
import {
  findFault,
  findObstacles,
  findOldMedia,
  hasStandIn,
  type MediaBefore,
  noteMedia,
} from './media-facts.ts';
import type { UpgradeHands } from './upgrade-hands.ts';

export interface NodeUpgrade {
  readonly hands: UpgradeHands;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Also what nothing stands in for may be restarted. */
  readonly interrupts: boolean;
  readonly limits: UpgradeLimits;
  /** What is being done now, in words. */
  readonly say: (text: string) => void;
}

export interface UpgradeLimits {
  /** Until a node must be well after a restart: its agent is known to all within seconds, a pipeline has a whole segment in some more. */
  readonly gateMs: number;
  /** Until others stand in for a node: what a crash has just disturbed may mend by itself. */
  readonly readyMs: number;
  readonly pollMs: number;
}

export const UPGRADE_LIMITS: UpgradeLimits = { gateMs: 30_000, readyMs: 20_000, pollMs: 250 };

const SHOWN_LINES = 5;
/** Enough to know that the node serves; every further stream only takes time. */
const PLAYED_STREAMS = 3;

/**
 * Waits until other nodes stand in for all that this one does, and notes what plays. Throws CONFLICT, with nothing touched,
 * when nobody does.
 */
export async function awaitReady(peer: Peer, upgrade: NodeUpgrade): Promise<MediaBefore> {
  let obstacles: readonly string[] = [];
  const ready = await poll(upgrade.limits.readyMs, upgrade, (answers) => {
    obstacles = upgrade.interrupts ? [] : findObstacles(peer, answers);
    return obstacles.length === 0 ? noteMedia(peer.name, answers) : null;
  });
  if (ready !== null) return ready;
  throw new StreamctlError('CONFLICT', `${peer.name}: ${obstacles.join('; ')}`, {
    hint: 'Mend that first (streamctl status), or let viewers notice it with --interrupt.',
    details: { node: peer.name, obstacles },
  });
}

/** Switches the node's units, then its pipelines one by one, each gated on media. Throws UNHEALTHY. */
export async function switchNode(
  peer: Peer,
  { digest, before }: { readonly digest: string; readonly before: MediaBefore },
  upgrade: NodeUpgrade,
): Promise<void> {
  const { hands, say } = upgrade;
  say(`${peer.name}: restarting its units`);
  await hands.switchUnits(peer, digest);
  const stale = await hands.stalePipelines(peer);
  await passGate(peer, withoutReplicas(before, peer, stale), upgrade);
  for (const stream of stale) {
    await awaitStandIn(peer, stream, upgrade);
    say(`${peer.name}: restarting its replica of ${stream}`);
    // From before: what an origin tells of a pipeline is of its connection, so it made itself whatever is whole.
    const msn = Math.floor(upgrade.nowMs() / hands.segmentMs(stream)) + 1;
    await hands.switchPipeline(peer, stream);
    await passGate(peer, before, { ...upgrade, watched: { stream, msn } });
  }
  await playThrough(peer, before, upgrade);
  // What started well may have ended since.
  await passGate(peer, before, { ...upgrade, say: () => {} });
}

/** What is still to be restarted need not be well: on the way back it is what fails. */
function withoutReplicas(before: MediaBefore, peer: Peer, streams: readonly string[]): MediaBefore {
  const replicas = [...before.replicas].map(
    ([stream, nodes]) =>
      [stream, streams.includes(stream) ? nodes.filter((node) => node !== peer.name) : nodes] as const,
  );
  return { ...before, replicas: new Map(replicas) };
}

async function awaitStandIn(peer: Peer, stream: string, upgrade: NodeUpgrade): Promise<void> {
  if (upgrade.interrupts) return;
  const stands = await poll(
    upgrade.limits.readyMs,
    upgrade,
    (answers) => hasStandIn(stream, peer.name, answers) || null,
  );
  if (stands !== null) return;
  throw new StreamctlError('UNHEALTHY', `no other node plays ${stream}, so ${peer.name} goes on with it`, {
    hint: 'Mend the other replica first: streamctl status says what is wrong with it.',
    details: { node: peer.name, stream },
  });
}

/** Resolves when the node is well and all that played plays, on the grid. */
async function passGate(
  peer: Peer,
  before: MediaBefore,
  upgrade: NodeUpgrade & { readonly watched?: { readonly stream: string; readonly msn: number } },
): Promise<void> {
  upgrade.say(`${peer.name}: waiting for its media`);
  const { watched } = upgrade;
  let fault: string | null = null;
  const passed = await poll(upgrade.limits.gateMs, upgrade, (answers) => {
    fault = findFault(peer, before, answers);
    if (watched !== undefined) fault ??= findOldMedia({ node: peer.name, ...watched }, answers);
    return fault === null ? true : null;
  });
  if (passed === true) return;
  const unit = watched === undefined ? 'origin' : `pipeline-${watched.stream}`;
  const lines = await upgrade.hands.lastLines(peer, unit).catch((): string[] => []);
  throw new StreamctlError(
    'UNHEALTHY',
    `${peer.name}: ${String(fault)}, ${upgrade.limits.gateMs / 1000} s after its restart`,
    {
      hint: `Read streamctl logs ${peer.name}.`,
      details: {
        node: peer.name,
        unit,
        facts: {
          'last probe': String(fault),
          [`last lines of ${unit}`]: lines.slice(-SHOWN_LINES).join('\n') || 'none',
        },
      },
    },
  );
}

/** Origins and edges are played through, as a viewer would. */
async function playThrough(peer: Peer, before: MediaBefore, { hands, say }: NodeUpgrade): Promise<void> {
  if (!peer.roles.includes('origin') && !peer.roles.includes('edge')) return;
  const streams = [...before.replicas].sort(
    ([, one], [, other]) => Number(other.includes(peer.name)) - Number(one.includes(peer.name)),
  );
  for (const [stream] of streams.slice(0, PLAYED_STREAMS)) {
    say(`${peer.name}: playing ${stream} through it`);
    await hands.play(peer, stream);
  }
}

/** Looks again and again until something is found; null when the time is over. */
async function poll<T>(
  limitMs: number,
  { hands, signal, limits }: NodeUpgrade,
  find: (answers: readonly NodeAnswer[]) => T | null,
): Promise<T | null> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const found = find(await hands.look());
    if (found !== null) return found;
    if (performance.now() > deadline) return null;
    await sleep(limits.pollMs, undefined, { signal });
  }
}
