/** Parts of a ring, and putting them in. Pure. */
import { ownValue } from '../base/own-value.ts';
import { DEFAULT_RING } from '../spec/defaults.ts';
import type { RingNode, RingPatch, RingRecord } from '../store/ring-records.ts';

/** The ring before its first change. */
export const NO_RING: RingRecord = {
  version: 1,
  epoch: 0,
  ...DEFAULT_RING,
  nodes: [],
  pins: {},
};

/** The ring with these parts in place of its own, one epoch on. */
export function applyPatch(ring: RingRecord, patch: RingPatch): RingRecord {
  const nodes = new Map(ring.nodes.map((node) => [node.name, node]));
  for (const [name, node] of Object.entries(patch.nodes ?? {})) setOrDelete(nodes, name, node);
  const pins = new Map(Object.entries(ring.pins));
  for (const [stream, names] of Object.entries(patch.pins ?? {})) setOrDelete(pins, stream, names);
  return {
    version: 1,
    epoch: ring.epoch + 1,
    balance: patch.balance ?? ring.balance,
    replicas: patch.replicas ?? ring.replicas,
    nodes: [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    pins: Object.fromEntries([...pins].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** What a ring has in the places of a patch. */
export function readPatch(ring: RingRecord, places: RingPatch): RingPatch {
  const nodes = new Map(ring.nodes.map((node) => [node.name, node]));
  return {
    ...(places.nodes === undefined
      ? {}
      : { nodes: mapNames(places.nodes, (name): RingNode | null => nodes.get(name) ?? null) }),
    ...(places.pins === undefined
      ? {}
      : { pins: mapNames(places.pins, (stream) => ownValue(ring.pins, stream) ?? null) }),
    ...(places.balance === undefined ? {} : { balance: ring.balance }),
    ...(places.replicas === undefined ? {} : { replicas: ring.replicas }),
  };
}

/** The parts that differ, of two patches about the same places, in words: `node us-3`, `pins of demo`, `balance`. */
export function differingParts(one: RingPatch, other: RingPatch): string[] {
  const differ = (a: unknown, b: unknown): boolean =>
    JSON.stringify(sortKeys(a)) !== JSON.stringify(sortKeys(b));
  return [
    ...Object.keys(one.nodes ?? {})
      .filter((name) => differ(one.nodes?.[name], other.nodes?.[name]))
      .map((name) => `node ${name}`),
    ...Object.keys(one.pins ?? {})
      .filter((stream) => differ(one.pins?.[stream], other.pins?.[stream]))
      .map((stream) => `pins of ${stream}`),
    ...(['balance', 'replicas'] as const).filter((key) => key in one && differ(one[key], other[key])),
  ];
}

/** Whether two patches name a common place. */
export function overlap(one: RingPatch, other: RingPatch): boolean {
  const shares = (key: 'nodes' | 'pins'): boolean =>
    Object.keys(one[key] ?? {}).some((name) => Object.hasOwn(other[key] ?? {}, name));
  return (
    shares('nodes') || shares('pins') || ['balance', 'replicas'].some((key) => key in one && key in other)
  );
}

function setOrDelete<T>(map: Map<string, T>, name: string, value: T | null): void {
  if (value === null) map.delete(name);
  else map.set(name, value);
}

function mapNames<T>(names: object, read: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, read(name)]));
}

/** JSON that went through the store may have its keys in another order. */
function sortKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
