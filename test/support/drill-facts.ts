/** A cluster as the planner of drills knows it: two regions, an origin and an edge each. */
import type { ClusterSight } from '../../src/lib/drill/cluster-sight.ts';
import type { PlanFacts } from '../../src/lib/drill/plan-drill.ts';
import type { ClusterView } from '../../src/lib/nodes/cluster-view.ts';
import { DEFAULT_PORTS, DEFAULT_SETTINGS } from '../../src/lib/spec/defaults.ts';

const NODES = {
  'us-1': ['store', 'ingest', 'origin'],
  'us-2': ['edge'],
  'eu-1': ['ingest', 'origin'],
  'eu-2': ['edge'],
} as const;

const view: ClusterView = {
  ssh: null,
  ...{ name: 'demo', dir: '/cluster', specFile: '/spec', regions: ['us', 'eu'] },
  peers: Object.entries(NODES).map(([name, roles]) => ({
    ...{ name, region: name.slice(0, 2), roles, address: '127.9.9.9', ports: DEFAULT_PORTS, weight: 1 },
  })),
  ...{ streams: { demo: DEFAULT_SETTINGS }, defaults: DEFAULT_SETTINGS },
  files: { keySecret: '', redisPassword: '' },
};

export const DRILL_FACTS: PlanFacts = { view, settings: DEFAULT_SETTINGS };

/** A look at a live cluster in which nothing else was seen. */
export const EMPTY_SIGHT: Omit<ClusterSight, 'control'> = {
  atMs: 0,
  nodes: [],
  state: 'live',
  replicas: [],
  feeds: [],
  ingests: 0,
  unequal: [],
};
