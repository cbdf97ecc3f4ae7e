import type { OperatorLease } from '../../src/lib/store/operator-lease.ts';

/** The lease of a command on a machine that nobody can look at. */
export const FAR: OperatorLease = {
  id: 'far',
  who: 'eve@away',
  host: 'away',
  pid: 1,
  startTicks: '1',
  place: 'another machine',
  ci: null,
  command: 'streamctl up',
  sinceMs: 0,
  beatMs: 0,
};
