/** The drills that need nodes on machines of their own: links, power. */
import { StreamctlError } from '../base/errors.ts';
import type { SshSettings } from '../ssh/target.ts';
import type { DrillKind } from './drill-kinds.ts';
import { type CutLink, linksBetween } from './faults/cut-links.ts';
import type { FaultSettings } from './faults/fault.ts';
import { peersOf } from './faults/peers-of.ts';
import { formatPowerOn } from './faults/power-off-node.ts';
import type { PlanFacts } from './plan-drill.ts';

const SEC = 1000;

export const MACHINE_DRILLS: readonly DrillKind[] = [
  {
    ...{ name: 'cut-region', target: 'region', amount: null, durationMs: 30 * SEC, harm: 'lose-region' },
    fault: 'a region loses every link, packets are dropped in silence; needs nodes on machines',
    expect: 'its viewers play from another region',
    faultOf: (region, _, facts) => isolate('cut-region', nodesOf(region, facts), facts),
  },
  {
    ...{ name: 'cut-node', target: 'node', amount: null, durationMs: 20 * SEC, harm: 'keep' },
    fault: 'the machine of a node loses every link, packets are dropped in silence; needs nodes on machines',
    expect: 'its region carries on',
    faultOf: (node, _, facts) => isolate('cut-node', [node], facts),
  },
  {
    ...{ name: 'partition', target: 'link', amount: null, durationMs: 30 * SEC, harm: 'keep' },
    fault: 'the links between two regions are cut, both ways or one way; needs nodes on machines',
    expect: 'nothing: each region carries on by itself, and no node is given up',
    faultOf: (link, _, facts) => ({ kind: 'cut-links', links: linksOf(link, facts) }),
  },
  {
    ...{ name: 'reboot', target: 'node', amount: null, durationMs: 40 * SEC, harm: 'keep' },
    fault: 'the machine of a node boots without a warning; needs nodes on machines',
    expect: 'its region carries on, and the node comes back by itself',
    faultOf: (node, _, facts) => {
      requireMachines('reboot', facts);
      return { kind: 'reboot', node };
    },
  },
  {
    ...{ name: 'power-off', target: 'node', amount: null, durationMs: 30 * SEC, harm: 'keep' },
    fault: 'the machine of a node loses its power, and has it back at the end; needs nodes on machines',
    expect: 'its region carries on, its replicas run elsewhere',
    faultOf: (node, _, facts) => {
      const ssh = requireMachines('power-off', facts);
      formatPowerOn(peersOf(facts.view, [node])[0]!, ssh);
      return { kind: 'power-off', node };
    },
  },
  {
    ...{ name: 'split-controller', target: null, amount: null, durationMs: 20 * SEC, harm: 'keep' },
    fault: 'the controller’s node is cut off from other regions and from the store; needs nodes on machines',
    expect: 'another controller acts, no node that is well is given up, nothing is placed twice',
    faultOf: (_, __, facts) => {
      requireMachines('split-controller', facts);
      return { kind: 'split-controller' };
    },
  },
];

/** The words for the links between two regions, as a target: `us:eu` both ways, `us>eu` what us sends. */
export function wordLink(one: string, other: string, oneWay: boolean): string {
  return `${one}${oneWay ? '>' : ':'}${other}`;
}

function linksOf(link: string, facts: PlanFacts): CutLink[] {
  requireMachines('partition', facts);
  const [one, other] = link.split(/[:>]/);
  return linksBetween(facts.view.peers, [one!, other!], link.includes('>'));
}

function isolate(drill: string, nodes: readonly string[], facts: PlanFacts): FaultSettings {
  requireMachines(drill, facts);
  return { kind: 'isolate-nodes', nodes };
}

function requireMachines(drill: string, { view }: PlanFacts): SshSettings {
  if (view.ssh !== null) return view.ssh;
  throw new StreamctlError(
    'USAGE',
    `drill ${drill} needs nodes on machines: those of ${view.name} are on this one`,
    {
      hint: 'Rehearse it in a lab: streamctl lab up, and a spec with driver: ssh.',
    },
  );
}

/** The nodes of a region, in the order of the spec. */
export function nodesOf(region: string, { view }: PlanFacts): string[] {
  return view.peers.filter((peer) => peer.region === region).map(({ name }) => name);
}
