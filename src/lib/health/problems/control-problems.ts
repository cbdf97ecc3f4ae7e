import type { Problem } from '../cluster-status.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** The store is out of reach, for some nodes or for all. */
export function findNoStore({ answers, nodes }: ClusterFacts): Problem[] {
  const asked = answers.filter((answer) => answer.agent !== null);
  const without = asked.filter((answer) => answer.agent!.store === 'down').map((answer) => answer.peer.name);
  if (without.length === 0) return [];
  const stores = answers.flatMap(({ peer }) => (peer.roles.includes('store') ? [peer.name] : []));
  const isDead = (name: string): boolean => nodes.find((node) => node.name === name)?.health === 'down';
  // Of several stores the one that answers nobody is the one to look at.
  const store = stores.find(isDead) ?? stores[0];
  const dead = store !== undefined && isDead(store);
  const all = without.length === asked.length;
  return [
    {
      harm: 'control',
      subject: store ?? 'store',
      text: `Redis does not answer ${all ? 'any node' : without.join(', ')}`,
      effect: 'viewers and running publishers unaffected · nothing can be changed',
      hint: dead ? 'streamctl up' : `streamctl logs ${store ?? ''}`.trim(),
      sinceMs: null,
    },
  ];
}

/** Clocks that differ from this machine's. */
export function findClockSkew({ answers, levels }: ClusterFacts): Problem[] {
  const skewed = answers.filter((answer) => Math.abs(answer.clockSkewMs ?? 0) > levels.clockSkewMs);
  return skewed.map((answer) => {
    const skewMs = Math.round(answer.clockSkewMs!);
    return {
      harm: 'control',
      subject: answer.peer.name,
      text: `its clock is ${Math.abs(skewMs)} ms ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's`,
      effect: 'figures of how far behind live it is are wrong by as much',
      hint: 'synchronise its clock (chrony or systemd-timesyncd)',
      sinceMs: null,
    };
  });
}
