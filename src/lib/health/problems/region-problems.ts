import type { Problem } from '../cluster-status.ts';
import { formatCount } from '../format-count.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** Regions whose viewers nobody serves there. */
export function findDarkRegions({ regions, answers }: ClusterFacts): Problem[] {
  const dark = regions.filter((region) => region.health === 'down');
  const lit = regions.filter((region) => region.health === 'up' || region.health === 'degraded');
  return dark.map((region) => {
    const here = answers.filter((answer) => answer.peer.region === region.name);
    const gone = here.every((answer) => answer.reach === 'refused');
    return {
      harm: 'viewers',
      subject: region.name,
      text: gone
        ? `${here.length === 1 ? 'its node is' : `all ${formatCount(here.length, 'node')} are`} down`
        : 'no edge of this region serves',
      effect:
        lit.length > 0
          ? `the players of its viewers turn to ${lit.map((one) => one.name).join(', ')}`
          : 'nobody can watch',
      hint: gone
        ? 'streamctl up'
        : `streamctl logs ${here.find((one) => one.peer.roles.includes('edge'))?.peer.name}`,
      sinceMs: null,
    };
  });
}
