/** What changed between two looks, as events of the journal. Pure. */
import type { ClusterSight } from '../cluster-sight.ts';
import type { DrillEvent } from '../journal.ts';
import type { Sample } from './viewer-log.ts';

/** Changes of nodes, replicas, feeds, the stream's state, and what the controller says. */
export function describeChanges(now: ClusterSight, before: ClusterSight): DrillEvent[] {
  return [
    ...controlChanges(now, before),
    ...nodeChanges(now, before),
    ...replicaChanges(now, before),
    ...feedChanges(now, before),
    ...(now.state === before.state
      ? []
      : [event(now.atMs, 'stream', `the stream is ${now.state}, it was ${before.state}`)]),
  ];
}

function nodeChanges(now: ClusterSight, before: ClusterSight): DrillEvent[] {
  const changed = now.nodes.filter((node) => {
    const then = before.nodes.find(({ name }) => name === node.name);
    return then !== undefined && then.health !== node.health;
  });
  const states = [...new Set(changed.map(({ health }) => health))];
  return states.map((state) => {
    const names = changed.filter(({ health }) => health === state).map(({ name }) => name);
    return event(now.atMs, 'node', `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} ${state}`);
  });
}

function replicaChanges(now: ClusterSight, before: ClusterSight): DrillEvent[] {
  const then = new Map(before.replicas.map((replica) => [replica.node, replica]));
  const lines = now.replicas.flatMap(({ node, health, reasons }) => {
    const earlier = then.get(node);
    then.delete(node);
    if (earlier?.health === health) return [];
    const why = health === 'up' || reasons[0] === undefined ? '' : `: ${reasons[0]}`;
    return [`the replica on ${node} is ${health}${why}`];
  });
  const gone = [...then.keys()].map((node) => `no replica on ${node} any more`);
  return [...lines, ...gone].map((text) => event(now.atMs, 'replica', text));
}

function feedChanges(now: ClusterSight, before: ClusterSight): DrillEvent[] {
  return now.feeds.flatMap(({ node, change }) => {
    const then = before.feeds.find((feed) => feed.node === node);
    if (change === null || then === undefined || then.change?.atMs === change.atMs) return [];
    return [
      event(change.atMs, 'feed', `${node} goes on with the feed of ${change.to}, not of ${change.from}`),
    ];
  });
}

function controlChanges(now: ClusterSight, before: ClusterSight): DrillEvent[] {
  if (now.control === null || before.control === null) return [];
  const events: DrillEvent[] = [];
  const known = new Set(before.control.verdicts.map(({ node, state }) => `${node} ${state}`));
  for (const { node, state, sinceMs } of now.control.verdicts) {
    if (!known.has(`${node} ${state}`))
      events.push(event(sinceMs, 'noticed', `controller: ${node} ${state}`));
  }
  if (now.control.controller !== before.control.controller && now.control.controller !== null) {
    events.push(event(now.atMs, 'note', `${now.control.controller} is the controller now`));
  }
  const [placed, was] = [now.control.placed?.join(', '), before.control.placed?.join(', ')];
  if (placed !== undefined && placed !== was) {
    events.push(event(now.atMs, 'placed', `the stream is placed on ${placed}`));
  }
  return events;
}

/** How many viewers are without a picture, or play from elsewhere, when that changed. */
export class CrowdTeller {
  #told = { stalled: 0, elsewhere: 0 };
  #toldMs = Number.NEGATIVE_INFINITY;

  /** Tells at most twice a second, and never misses the last change. */
  take({ atMs, viewers }: Sample): DrillEvent | null {
    const stalled = viewers.filter(({ state }) => state === 'stalled').length;
    const elsewhere = viewers.filter(
      ({ playsFrom, region, state }) => state === 'playing' && playsFrom !== null && playsFrom !== region,
    ).length;
    if (stalled === this.#told.stalled && elsewhere === this.#told.elsewhere) return null;
    if (atMs - this.#toldMs < TELL_EVERY_MS) return null;
    const text = wordCrowd(stalled, elsewhere, viewers.length);
    this.#told = { stalled, elsewhere };
    this.#toldMs = atMs;
    return event(atMs, 'viewers', text);
  }
}

const TELL_EVERY_MS = 500;

function wordCrowd(stalled: number, elsewhere: number, all: number): string {
  const words = [
    ...(stalled > 0 ? [`${stalled} of ${all} without a picture`] : []),
    ...(elsewhere > 0 ? [`${elsewhere} of ${all} play from another region`] : []),
  ];
  return words.length > 0 ? words.join(', ') : `all ${all} play from their own region`;
}

function event(atMs: number, kind: DrillEvent['kind'], text: string): DrillEvent {
  return { atMs, kind, text };
}
