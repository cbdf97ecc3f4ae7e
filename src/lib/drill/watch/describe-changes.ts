/** What changed between two looks, as events of the journal. Pure. */
import type { ClusterSight, FeedSight } from '../cluster-sight.ts';
import type { DrillEvent } from '../journal.ts';
import type { ViewerSight } from '../viewers/viewer-sight.ts';
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
  ].sort((a, b) => a.atMs - b.atMs);
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
  return now.feeds.flatMap(({ node, supply, change }) => {
    const then = before.feeds.find((feed) => feed.node === node);
    if (then === undefined) return [];
    const changed = change !== null && then.change?.atMs !== change.atMs && change.from !== change.to;
    const other = supply !== null && supply !== then.supply;
    return [
      ...(changed ? [event(change.atMs, 'feed', `${node} ${wordChange(node, change)}`)] : []),
      ...(other ? [event(now.atMs, 'feed', `${node} has ${wordSupply(supply)}`)] : []),
    ];
  });
}

/** `goes on with the replica on us-1, no longer with eu-1's`. */
function wordChange(node: string, { from, to }: NonNullable<FeedSight['change']>): string {
  const whose = (replica: string): string => (replica === node ? 'its own' : `${replica}'s`);
  return `goes on with ${to === node ? 'its own replica' : `the replica on ${to}`}, no longer with ${whose(from)}`;
}

/** `two-feeds` → `two feeds`. */
function wordSupply(supply: string): string {
  return supply === 'changing-feed' ? 'no feed that delivers now' : supply.replaceAll('-', ' ');
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
  if (now.control.store !== before.control.store && now.control.store !== null) {
    events.push(event(now.atMs, 'note', `the store on ${now.control.store} takes the writes now`));
  }
  const [placed, was] = [now.control.placed?.join(', '), before.control.placed?.join(', ')];
  if (placed !== undefined && placed !== was) {
    events.push(event(now.atMs, 'placed', `the stream is placed on ${placed}`));
  }
  return events;
}

/** How many viewers are without a picture, or play from elsewhere, when that changed. */
export class CrowdTeller {
  #told = '';
  #toldMs = Number.NEGATIVE_INFINITY;

  /** Tells at most twice a second, and never misses the last change; who is still waiting for a first frame is left out. */
  take({ atMs, viewers: all }: Sample): DrillEvent | null {
    const viewers = all.filter(({ startupMs }) => startupMs !== null);
    const stalled = viewers.filter(({ state }) => state === 'stalled').length;
    const words = [
      ...(stalled > 0 ? [`${stalled} of ${viewers.length} without a picture`] : []),
      ...wordElsewhere(viewers),
    ].join(', ');
    if (words === this.#told || atMs - this.#toldMs < TELL_EVERY_MS) return null;
    this.#told = words;
    this.#toldMs = atMs;
    return event(atMs, 'viewers', words === '' ? `all ${viewers.length} play from their own region` : words);
  }
}

const TELL_EVERY_MS = 500;

/** `12 of 50 of eu play from us`, `all of eu play from us`. */
function wordElsewhere(viewers: readonly ViewerSight[]): string[] {
  const counts = new Map<string, number>();
  for (const { state, region, playsFrom } of viewers) {
    if (state !== 'playing' || playsFrom === null || playsFrom === region) continue;
    const key = `${region} ${playsFrom}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => {
    const [home, from] = key.split(' ');
    const all = viewers.filter(({ region }) => region === home).length;
    return `${count === all ? 'all' : `${count} of ${all}`} of ${home} play from ${from}`;
  });
}

function event(atMs: number, kind: DrillEvent['kind'], text: string): DrillEvent {
  return { atMs, kind, text };
}
