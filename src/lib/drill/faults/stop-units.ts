/** Single units of nodes killed and kept down by their supervisors: nginx of an edge, Redis, agents, an ingest. */
import { probePort } from '../../health/ask-node.ts';
import { formatCount } from '../../health/format-count.ts';
import type { Peer, Ports } from '../../nodes/node-config.ts';
import { killGroup } from '../../nodes/runsv.ts';
import type { Fault, FaultContext } from './fault.ts';
import { peersOf } from './peers-of.ts';
import { holdUnit } from './supervision.ts';

export interface UnitChoice {
  readonly node: string;
  readonly unit: string;
}

const PORTS: Readonly<Record<string, keyof Ports>> = {
  agent: 'agent',
  contribution: 'contribution',
  'nginx-edge': 'http',
  'nginx-ingest': 'rtmp',
  origin: 'origin',
  redis: 'redis',
  sentinel: 'sentinel',
};
const PROBE_MS = 200;

export function stopUnits(units: readonly UnitChoice[], context: FaultContext): Fault {
  const { view, nowMs } = context;
  const peers = new Map(
    peersOf(
      view,
      units.map(({ node }) => node),
    ).map((peer) => [peer.name, peer]),
  );
  const touchedNodes = [...peers.keys()];
  const edges = units.filter(({ unit }) => unit === 'nginx-edge').map(({ node }) => node);
  return {
    label: wordUnits(units),
    lostNodes: edges,
    touchedNodes,
    lasting: true,
    mediaNodes: units.filter(({ unit }) => unit === 'origin').map(({ node }) => node),
    undo: units.map(({ node, unit }) => ({ kind: 'start', node, unit })),
    inject: async () => {
      const pids = await Promise.all(units.map(({ node, unit }) => holdUnit(view.dir, node, unit)));
      const atMs = nowMs();
      for (const pid of pids) if (pid !== null) killGroup(pid);
      const killed = pids.filter((pid) => pid !== null).length;
      return { atMs, text: `${formatCount(killed, 'unit')} killed: ${wordUnits(units)}` };
    },
    bit: async () => {
      const states = await Promise.all(units.map(({ node, unit }) => probeUnitPort(peers.get(node)!, unit)));
      return states.every((refused) => refused) ? `${wordUnits(units)}: connections are refused` : null;
    },
  };
}

async function probeUnitPort({ address, ports }: Peer, unit: string): Promise<boolean> {
  const port = PORTS[unit];
  return port !== undefined && (await probePort(address, ports[port], PROBE_MS)) === 'refused';
}

/** `agent of us-1, us-2; redis of us-1`. */
function wordUnits(units: readonly UnitChoice[]): string {
  const names = [...new Set(units.map(({ unit }) => unit))];
  const nodesOf = (name: string): string =>
    units.flatMap(({ node, unit }) => (unit === name ? [node] : [])).join(', ');
  return names.map((name) => `${name} of ${nodesOf(name)}`).join('; ');
}
