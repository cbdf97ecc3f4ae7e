/** The drills that come with streamctl: what each breaks, what must be seen, and how it is planned. */
import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import type { FaultSettings } from './faults/fault.ts';
import { MACHINE_DRILLS, nodesOf } from './machine-drills.ts';
import type { PlanFacts } from './plan-drill.ts';

/** What a drill is aimed at. */
export type TargetKind = 'region' | 'node' | 'stream' | 'link';

export interface DrillKind {
  readonly name: string;
  readonly target: TargetKind | null;
  /** A number beside the target: its name and unit. */
  readonly amount: {
    readonly name: string;
    readonly meaning: string;
    /** It may be below 0. */
    readonly signed?: boolean;
  } | null;
  readonly fault: string;
  readonly expect: string;
  readonly durationMs: number;
  /** `lose-region`: its viewers must go elsewhere; `publisher`: the picture itself goes; `keep`: nobody notices. */
  readonly harm: 'lose-region' | 'publisher' | 'keep';
  /** Lengths of its spells when it comes and goes. */
  readonly spellsMs?: readonly number[];
  /** The fault for a target. Throws NOT_FOUND when the cluster has nothing of the kind. */
  readonly faultOf?: (target: string, amount: number, facts: PlanFacts) => FaultSettings;
}

const SEC = 1000;

export const DRILLS: readonly DrillKind[] = [
  {
    ...{ name: 'fail-region', target: 'region', amount: null, durationMs: 30 * SEC, harm: 'lose-region' },
    fault: 'everything in the region is killed at once',
    expect: 'its viewers play from another region',
    faultOf: (region, _, facts) => ({ kind: 'kill-nodes', nodes: nodesOf(region, facts) }),
  },
  {
    ...{ name: 'freeze-region', target: 'region', amount: null, durationMs: 30 * SEC, harm: 'lose-region' },
    fault: 'everything in the region is stopped (SIGSTOP): connections hang',
    expect: 'its viewers play from another region',
    faultOf: (region, _, facts) => ({ kind: 'freeze-nodes', nodes: nodesOf(region, facts) }),
  },
  {
    ...{ name: 'fail-node', target: 'node', amount: null, durationMs: 20 * SEC, harm: 'keep' },
    fault: 'everything on one node is killed at once',
    expect: 'its region carries on',
    faultOf: (node) => ({ kind: 'kill-nodes', nodes: [node] }),
  },
  {
    ...{ name: 'freeze-node', target: 'node', amount: null, durationMs: 20 * SEC, harm: 'keep' },
    fault: 'everything on one node is stopped (SIGSTOP): connections hang',
    expect: 'its region carries on',
    faultOf: (node) => ({ kind: 'freeze-nodes', nodes: [node] }),
  },
  {
    ...{ name: 'fail-ingest', target: 'region', amount: null, durationMs: 20 * SEC, harm: 'keep' },
    fault: 'the ingest of a region is killed: nginx and the contribution daemon',
    expect:
      'a stream that comes in at two regions goes on without the slate; else the slate until its publisher is back',
    faultOf: (region, _, facts) => ({
      kind: 'stop-units',
      units: withRole(facts, 'ingest', region).flatMap((node) => [
        { node, unit: 'nginx-ingest' },
        { node, unit: 'contribution' },
      ]),
    }),
  },
  {
    ...{ name: 'kill-transcoder', target: 'stream', amount: null, durationMs: 10 * SEC, harm: 'keep' },
    fault: 'ffmpeg of one replica is killed',
    expect: 'the other replica serves; the slate if there is none',
    faultOf: (stream) => ({ kind: 'kill-transcoder', stream, node: null }),
  },
  {
    ...{ name: 'freeze-transcoder', target: 'stream', amount: null, durationMs: 15 * SEC, harm: 'keep' },
    fault: 'ffmpeg of one replica is stopped (SIGSTOP)',
    expect: 'the other replica serves; the slate if there is none',
    faultOf: (stream) => ({ kind: 'freeze-transcoder', stream, node: null }),
  },
  {
    ...{ name: 'gap-packager', target: 'stream', amount: null, durationMs: 40 * SEC, harm: 'keep' },
    fault: 'one replica withholds its parts for 1, 3 and 10 s, connections stay open',
    expect: 'relays take the other replica',
    spellsMs: [1 * SEC, 3 * SEC, 10 * SEC],
    faultOf: (stream) => ({ kind: 'freeze-packager', stream, node: null }),
  },
  {
    ...{ name: 'stale-origin', target: 'node', amount: null, durationMs: 15 * SEC, harm: 'keep' },
    fault: 'the origin of a node takes no new media: it has old content only',
    expect: 'it answers 404 or 503 within 1.5 parts, never an old 200; viewers go elsewhere',
    faultOf: (node) => ({ kind: 'origin-fault', node, mode: { kind: 'stale' } }),
  },
  {
    ...{ name: 'slow-origin', target: 'node', durationMs: 20 * SEC, harm: 'keep' },
    amount: { name: 'ms', meaning: 'Milliseconds by which it answers late.' },
    fault: 'the origin of a node answers late',
    expect: 'feeds and viewers change, the node is degraded',
    faultOf: (node, delayMs) => ({ kind: 'origin-fault', node, mode: { kind: 'slow', delayMs } }),
  },
  {
    ...{ name: 'errors-origin', target: 'node', durationMs: 20 * SEC, harm: 'keep' },
    amount: { name: 'pct', meaning: 'Per cent of the answers that are a 503.' },
    fault: 'the origin of a node answers with errors',
    expect: 'feeds and viewers change, the node is degraded',
    faultOf: (node, percent) => ({ kind: 'origin-fault', node, mode: { kind: 'errors', percent } }),
  },
  {
    ...{ name: 'clock-skew', target: 'node', durationMs: 20 * SEC, harm: 'keep' },
    amount: { name: 'ms', meaning: 'Milliseconds by which it is ahead; below 0: behind.', signed: true },
    fault: 'the clock of a node is wrong; that of its machine is not touched',
    expect: 'status names the node; what it makes stays on the grid, or is left out',
    faultOf: (node, skewMs) => ({ kind: 'clock-skew', node, skewMs }),
  },
  {
    ...{ name: 'full-disk', target: 'node', amount: null, durationMs: 30 * SEC, harm: 'keep' },
    fault: 'the disk of a node’s data is full; needs a file system of its own for it',
    expect: 'nothing: live goes on, recording ends early',
    faultOf: (node) => ({ kind: 'full-disk', node }),
  },
  {
    ...{ name: 'fail-edge', target: 'node', amount: null, durationMs: 20 * SEC, harm: 'keep' },
    fault: 'nginx of one edge is killed',
    expect: 'its viewers take another pathway',
    faultOf: (node, _, facts) => ({ kind: 'stop-units', units: [edgeUnit(node, facts)] }),
  },
  {
    ...{ name: 'fail-store', target: null, amount: null, durationMs: 30 * SEC, harm: 'keep' },
    fault: 'Redis is killed, on every node that holds the store',
    expect: 'nothing',
    faultOf: (_, __, facts) => ({ kind: 'stop-units', units: unitsWithRole(facts, 'store', 'redis') }),
  },
  {
    ...{ name: 'lose-store', target: null, amount: null, durationMs: 30 * SEC, harm: 'keep' },
    fault: 'the store that takes writes is killed, with its Sentinel: of several one, of one all',
    expect: 'another store takes writes, no epoch goes back, nothing is placed twice',
    faultOf: () => ({ kind: 'lose-store' }),
  },
  {
    ...{ name: 'fail-control', target: null, amount: null, durationMs: 30 * SEC, harm: 'keep' },
    fault: 'every agent is killed',
    expect: 'nothing; new viewers can join',
    faultOf: (_, __, { view }) => ({
      kind: 'stop-units',
      units: view.peers.map(({ name }) => ({ node: name, unit: 'agent' })),
    }),
  },
  {
    ...{ name: 'flap-publisher', target: 'stream', amount: null, durationMs: 50 * SEC, harm: 'publisher' },
    fault: 'the publisher is cut off for 1, 5, 15, 30 and 60 s, as far as the time allows',
    expect: 'the slate, and the picture within 2 s of its return',
    spellsMs: [1 * SEC, 5 * SEC, 15 * SEC, 30 * SEC, 60 * SEC],
    faultOf: (stream) => ({ kind: 'drop-publisher', stream }),
  },
  {
    ...{ name: 'drop-publisher', target: 'stream', amount: null, durationMs: 0, harm: 'publisher' },
    fault: 'the publisher ends for good',
    expect: 'the slate, then a clean end of the stream after the time that the spec sets',
    faultOf: (stream) => ({ kind: 'drop-publisher', stream }),
  },
  ...MACHINE_DRILLS,
  {
    ...{ name: 'surge', target: 'region', durationMs: 20 * SEC, harm: 'keep' },
    amount: { name: 'count', meaning: 'Viewers that join within seconds.' },
    fault: 'many viewers join within seconds',
    expect: 'startup stays within its level, nobody else notices',
  },
  {
    ...{ name: 'rot', target: null, amount: null, durationMs: 300 * SEC, harm: 'keep' },
    fault: 'a random sequence of the above, seeded, each after the recovery from the last',
    expect: 'all of it',
  },
];

/** Finds a drill by its name. Throws NOT_FOUND with the nearest one. */
export function findDrill(name: string): DrillKind {
  const found = DRILLS.find((drill) => drill.name === name);
  if (found !== undefined) return found;
  const names = DRILLS.map((drill) => drill.name);
  const nearest = findNearest(name, names);
  throw new StreamctlError('NOT_FOUND', `there is no drill "${name}"`, {
    hint: nearest === null ? 'See streamctl drill list.' : `Did you mean ${nearest}?`,
  });
}

function withRole(facts: PlanFacts, role: 'store' | 'ingest', region: string | null): string[] {
  const found = facts.view.peers.filter(
    (peer) => peer.roles.includes(role) && (region === null || peer.region === region),
  );
  if (found.length > 0) return found.map(({ name }) => name);
  throw new StreamctlError('NOT_FOUND', `${region ?? facts.view.name} has no node with the role ${role}`, {
    hint: 'See streamctl status for the roles of the nodes.',
  });
}

function unitsWithRole(facts: PlanFacts, role: 'store' | 'ingest', unit: string) {
  return withRole(facts, role, null).map((node) => ({ node, unit }));
}

function edgeUnit(node: string, { view }: PlanFacts) {
  const edges = view.peers.filter(({ roles }) => roles.includes('edge')).map(({ name }) => name);
  if (edges.includes(node)) return { node, unit: 'nginx-edge' };
  throw new StreamctlError('NOT_FOUND', `${node} is no edge`, { hint: `Edges are ${edges.join(', ')}.` });
}
