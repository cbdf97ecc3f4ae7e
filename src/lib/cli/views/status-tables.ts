/** The three tables of a cluster: regions, nodes, streams. Pure. */
import type { ClusterStatus, NodeStatus, RegionStatus, StreamStatus } from '../../health/cluster-status.ts';
import { formatFps, formatKbps, formatSec, formatShare, formatWhole } from './format-figures.ts';
import type { Cell, Table } from './format-table.ts';
import { type Paint, paintState } from './paint.ts';

const state = (word: string, paint: Paint): Cell => ({ text: word, paint: paintState(word, paint) });
const cells = (...texts: string[]): Cell[] => texts.map((text) => ({ text }));

/** A row per region. */
export function regionTable({ regions }: ClusterStatus, paint: Paint): Table {
  const row = (region: RegionStatus): Cell[] => [
    ...cells(region.name),
    state(region.health, paint),
    ...cells(
      `${region.nodesUp}/${region.nodesTotal}`,
      formatWhole(region.streams),
      formatWhole(region.viewers),
      formatSec(region.liveEdgeSec),
    ),
  ];
  return {
    columns: [
      { title: 'region', shrinkTo: 16 },
      { title: 'health' },
      { title: 'nodes up', align: 'right', expendable: 1 },
      { title: 'streams', align: 'right', expendable: 4 },
      { title: 'viewers', align: 'right', expendable: 2 },
      { title: 'behind live', align: 'right', expendable: 3 },
    ],
    rows: regions.map(row),
  };
}

/** A row per node; load stands beside health and never changes it. */
export function nodeTable({ nodes }: ClusterStatus, paint: Paint): Table {
  const row = (node: NodeStatus): Cell[] => [
    ...cells(node.name, node.region),
    state(node.health, paint),
    ...cells(
      formatShare(node.load?.cpu ?? null),
      formatShare(node.load?.memory ?? null),
      formatShare(node.load?.disk ?? null),
      node.roles.join(' '),
    ),
  ];
  return {
    columns: [
      { title: 'node', shrinkTo: 20 },
      { title: 'region', shrinkTo: 12, expendable: 4 },
      { title: 'health' },
      { title: 'cpu', align: 'right', expendable: 1 },
      { title: 'memory', align: 'right', expendable: 2 },
      { title: 'disk', align: 'right', expendable: 3 },
      { title: 'roles', shrinkTo: 12, expendable: 5 },
    ],
    rows: nodes.map(row),
  };
}

/** A row per stream; its replicas as `node health`, or `node joining` while one is being moved there. */
export function streamTable({ streams }: ClusterStatus, paint: Paint): Table {
  const row = (stream: StreamStatus): Cell[] => [
    ...cells(stream.name),
    state(stream.state, paint),
    ...cells(
      formatSec(stream.liveEdgeSec),
      formatWhole(stream.viewers),
      formatKbps(stream.bitrateKbps),
      formatFps(stream.frameRate),
      stream.replicas
        .map(({ node, health, joining }) => `${node} ${joining ? 'joining' : health}`)
        .join(', ') || '–',
    ),
  ];
  return {
    columns: [
      { title: 'stream', shrinkTo: 20 },
      { title: 'state' },
      { title: 'behind live', align: 'right', expendable: 1 },
      { title: 'viewers', align: 'right', expendable: 3 },
      { title: 'bitrate', align: 'right', expendable: 4 },
      { title: 'rate', align: 'right', expendable: 5 },
      { title: 'replicas', shrinkTo: 24, expendable: 2 },
    ],
    rows: streams.map(row),
  };
}
