/**
 * A spec and what it includes, as one value: nodes, regions and ssh settings come from anywhere, all else from the spec
 * alone. Pure.
 *
 * - The spec's own word wins, key by key: a node of an include may be given a weight or other roles in the spec.
 * - Two includes never speak of the same node, and never differ about a key of `ssh`.
 * - A region may be named anywhere and any number of times; those of the spec come first.
 *
 * Every value knows where it was written, so that a fault of the whole is shown at the line that made it.
 */
import type { Fault } from '../diagnostic.ts';
import { asRecord, type Loose, recordAt, textAt } from '../loose.ts';

type Path = Fault['path'];

/** A place in one of the files: 0 is the spec, 1 the first of its includes. */
export interface SourcePath {
  readonly source: number;
  readonly path: Path;
}

/** A fault, and in which of the files it is. */
export interface SourceFault extends Fault {
  readonly source: number;
}

export interface MergedSources {
  readonly raw: unknown;
  readonly faults: readonly SourceFault[];
  /** Where a path of the merged value was written. */
  readonly locate: (path: Path) => SourcePath;
  /** Nodes that an include names, also when the spec says more of them: name → where. */
  readonly included: ReadonlyMap<string, SourcePath>;
}

const INCLUDABLE = ['version', 'regions', 'nodes', 'ssh'];

/** Merges parsed files, the spec first. `describe` words a place for the messages of clashes: `eu.yaml:4:5`. */
export function mergeIncludes(
  raws: readonly unknown[],
  describe: (place: SourcePath) => string,
): MergedSources {
  const [spec, ...includes] = raws;
  if (includes.length === 0) return unmerged(spec);
  const parts = raws.map(asRecord);
  const faults = includes.flatMap((raw, at) => findForeign(raw, at + 1));
  const regions = mergeRegions(parts);
  const nodes = mergeNodes(parts, describe);
  const ssh = mergeSsh(parts, describe);
  const raw: Loose = {
    ...parts[0],
    ...(regions.length === 0 ? {} : { regions: regions.map(({ value }) => value) }),
    ...(nodes.merged.length === 0 ? {} : { nodes: nodes.merged.map(({ value }) => value) }),
    ...(ssh.places.size === 0 ? {} : { ssh: ssh.value }),
  };
  return {
    raw: typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? raw : spec,
    faults: [...faults, ...nodes.faults, ...ssh.faults],
    locate: ([list, at, ...rest]) => {
      if (list === 'regions' && regions[Number(at)] !== undefined)
        return extend(regions[Number(at)]!.place, rest);
      if (list === 'nodes' && nodes.merged[Number(at)] !== undefined)
        return locateInNode(nodes.merged[Number(at)]!, rest);
      const place = list === 'ssh' ? ssh.places.get(String(at)) : undefined;
      if (place !== undefined) return extend(place, rest);
      return { source: 0, path: [list, at, ...rest].filter((part) => part !== undefined) };
    },
    included: nodes.included,
  };
}

function unmerged(raw: unknown): MergedSources {
  return { raw, faults: [], locate: (path) => ({ source: 0, path }), included: new Map() };
}

function extend({ source, path }: SourcePath, rest: Path): SourcePath {
  return { source, path: [...path, ...rest] };
}

function findForeign(raw: unknown, source: number): SourceFault[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return [{ source, path: [], message: 'expected keys and values: nodes, regions or ssh' }];
  }
  const { version } = raw as Loose;
  const foreign = Object.keys(raw).filter((key) => !INCLUDABLE.includes(key));
  return [
    ...foreign.map((key) => ({
      source,
      path: [key],
      message: 'what is included may have nodes, regions and ssh alone; say this in the spec',
      atKey: true,
    })),
    ...(version === undefined || version === 1
      ? []
      : [{ source, path: ['version'], message: `expected 1, got ${String(version)}` }]),
  ];
}

interface Placed {
  readonly value: unknown;
  readonly place: SourcePath;
}

function entriesOf(parts: readonly Loose[], key: 'regions' | 'nodes'): Placed[] {
  return parts.flatMap((part, source) => {
    const list = part[key];
    return Array.isArray(list)
      ? list.map((value: unknown, at) => ({ value, place: { source, path: [key, at] } }))
      : [];
  });
}

/** A region that is there already adds nothing; twice in the spec itself it stays, as the fault that it is. */
function mergeRegions(parts: readonly Loose[]): Placed[] {
  const known = new Set<string>();
  return entriesOf(parts, 'regions').filter(({ value, place }) => {
    const name = textAt(asRecord(value), 'name');
    if (name === null) return true;
    const fresh = !known.has(name);
    known.add(name);
    return fresh || place.source === 0;
  });
}

interface MergedNode {
  readonly value: unknown;
  /** What was written of it, the spec's own word first. */
  readonly parts: readonly Placed[];
}

interface MergedNodes {
  readonly merged: readonly MergedNode[];
  readonly included: Map<string, SourcePath>;
  readonly faults: readonly SourceFault[];
}

function mergeNodes(parts: readonly Loose[], describe: (place: SourcePath) => string): MergedNodes {
  const merged: MergedNode[] = [];
  const included = new Map<string, SourcePath>();
  const faults: SourceFault[] = [];
  for (const entry of entriesOf(parts, 'nodes')) {
    const { value, place } = entry;
    const name = textAt(asRecord(value), 'name');
    const at = merged.findIndex((node) => name !== null && textAt(asRecord(node.value), 'name') === name);
    const clash = name === null ? undefined : included.get(name);
    if (clash !== undefined) {
      const message = `node "${name}" is in ${describe(clash)} already`;
      faults.push({ ...place, path: [...place.path, 'name'], message });
      continue;
    }
    if (place.source > 0 && name !== null) included.set(name, place);
    if (place.source === 0 || at === -1) {
      merged.push({ value, parts: [entry] });
      continue;
    }
    const own = merged[at]!;
    faults.push(...findRegionClash(own.parts[0]!, entry, describe));
    const both = { ...asRecord(value), ...asRecord(own.value) };
    merged[at] = { value: both, parts: [...own.parts, entry] };
  }
  return { merged, included, faults };
}

function findRegionClash(own: Placed, other: Placed, describe: (place: SourcePath) => string): SourceFault[] {
  const [here, there] = [own, other].map(({ value }) => textAt(asRecord(value), 'region'));
  if (here == null || there == null || here === there) return [];
  const message = `region "${here}" here, and "${there}" in ${describe(extend(other.place, ['region']))}`;
  return [{ ...extend(own.place, ['region']), message }];
}

/** A key of a node is where the first of its parts says it; what nobody says is shown at the first. */
function locateInNode({ parts }: MergedNode, rest: Path): SourcePath {
  const [key] = rest;
  const says = parts.find(({ value }) => key !== undefined && String(key) in asRecord(value));
  return extend((says ?? parts[0]!).place, rest);
}

function mergeSsh(parts: readonly Loose[], describe: (place: SourcePath) => string) {
  const value: Record<string, unknown> = {};
  const places = new Map<string, SourcePath>();
  const faults: SourceFault[] = [];
  for (const [source, part] of parts.entries()) {
    for (const [key, said] of Object.entries(recordAt(part, 'ssh'))) {
      const place = { source, path: ['ssh', key] };
      const known = places.get(key);
      if (known === undefined) {
        places.set(key, place);
        value[key] = said;
      } else if (known.source > 0 && value[key] !== said) {
        const message = `${String(said)} here, and ${String(value[key])} in ${describe(known)}; say it in the spec`;
        faults.push({ ...place, message });
      }
    }
  }
  return { value, places, faults };
}
