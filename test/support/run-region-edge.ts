/** An edge of a region in a process of its own, with a synthetic stream; see region-edges.ts. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { orderFromHome, type Pathway } from '../../src/lib/hedge/pathway.ts';
import { answer, loadPageFiles, stateReport } from './player-site.ts';
import { loopTrack } from './real-media.ts';
import type { EdgeFault, EdgeOrder } from './region-edges.ts';
import { startSyntheticOrigin } from './synthetic-origin.ts';

export interface RegionEdgeSettings {
  readonly pathway: Pathway;
  readonly pathways: readonly Pathway[];
  readonly zeroMs: number;
  readonly mediaFile: string;
  readonly www: string;
  readonly delayMs?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

const { pathway, pathways, zeroMs, mediaFile, www, ...way } = JSON.parse(
  process.argv[2]!,
) as RegionEdgeSettings;
const { hostname, port } = new URL(pathway.baseUrl);
const files = await loadPageFiles(www);
let fault: EdgeFault = 'none';
let frozenAtMs = 0;
/** The region to which players are moved; null: they stay where they began. */
let movedTo: string | null = null;

const others = pathways.filter(({ name }) => name !== pathway.name);

function intercept(url: string, response: ServerResponse): boolean {
  const { pathname: path, searchParams } = new URL(url, pathway.baseUrl);
  const file = files.get(path);
  if (file !== undefined) return answer(response, ...file);
  const json = (value: unknown): true => answer(response, 'application/json', JSON.stringify(value));
  if (path.endsWith('/state.json')) return json(stateReport('live', pathway.name));
  // As an edge that is well steers those who began there (origin/steering).
  if (path.endsWith('/steering.json')) {
    const home = searchParams.get('home') ?? pathway.name;
    const near = orderFromHome(pathways, home);
    const first = near.find(({ region }) => region === movedTo) ?? near[0]!;
    const priority = [first, ...near.filter((each) => each !== first)].map(({ name }) => name);
    const manifest = { VERSION: 1, TTL: 5, 'PATHWAY-PRIORITY': priority };
    return json({ ...manifest, 'X-STREAMCTL-PLANNED': priority });
  }
  return path.endsWith('/pathways.json') && json({ version: 1, node: pathway.name, pathways });
}

// Whoever started it is gone.
process.once('disconnect', () => process.exit());
process.on('message', (order: EdgeOrder) => {
  if (order.fault !== undefined) {
    fault = order.fault;
    frozenAtMs = Date.now();
  }
  if (order.movedTo !== undefined) movedTo = order.movedTo;
  process.send?.('done');
});

const HELD = { 'old-200': 0, 'held-200': 1500, 'held-503': 600 } as const;

await startSyntheticOrigin({
  address: hostname,
  port: Number(port),
  zeroMs,
  ...way,
  tracks: [loopTrack(await readFile(mediaFile))],
  intercept,
  pathways: {
    home: pathway.name,
    others: others.map(({ name, baseUrl }) => ({ name, baseUri: `${baseUrl}/live/test/` })),
    first: pathway.name,
    serverUri: `steering.json?home=${pathway.name}`,
  },
  nowMs: () => (fault === 'none' ? Date.now() : frozenAtMs),
  blocking: () => ({
    limitMs: fault === 'none' ? 5000 : HELD[fault],
    status: fault === 'held-503' ? 503 : 200,
  }),
});
process.send?.('ready');
