/**
 * Text of a spec file → typed, checked, defaults applied; or every fault at once, each with its place. Pure.
 */
import { type Document, isMap, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import { findSpecFaults } from './check-spec.ts';
import type { Diagnostic, Fault } from './diagnostic.ts';
import type { IncludedText } from './include/included-text.ts';
import { mergeIncludes } from './include/merge-includes.ts';
import { asRecord } from './loose.ts';
import { resolveSpec, type Spec } from './resolve-spec.ts';
import type { RawSpec } from './schema.ts';
import { findShapeFaults } from './shape-faults.ts';

export type ParsedSpec =
  | {
      readonly spec: Spec;
      readonly diagnostics: readonly [];
      /** As it is written, includes and all. */
      readonly raw: RawSpec;
      /** Nodes that come from an include, or have a part there: name → `inventory.yaml:4`. */
      readonly included: ReadonlyMap<string, string>;
    }
  | {
      readonly spec: null;
      readonly diagnostics: readonly Diagnostic[];
      readonly included?: undefined;
      readonly raw?: undefined;
    };

/**
 * Parses the text of a spec with what it includes; `file` is only named in diagnostics, which are in the order of the
 * files, the spec first.
 */
export function parseSpec(text: string, file: string, includes: readonly IncludedText[] = []): ParsedSpec {
  const sources = [{ shown: file, text }, ...includes].map(readSource);
  const unreadable = sources.flatMap(({ faults }) => faults);
  if (unreadable.length > 0) return { spec: null, diagnostics: unreadable };
  const merged = mergeIncludes(
    sources.map(({ raw }) => raw),
    ({ source, path }) => describePlace(sources[source]!.place({ path, message: '' })),
  );
  const { raw, locate } = merged;
  const found = [...findShapeFaults(raw), ...findSpecFaults(asRecord(raw))];
  const faults = [...merged.faults, ...found.map((fault) => ({ ...fault, ...locate(fault.path) }))];
  if (faults.length > 0) {
    const placed = sources.map(({ place }, source) =>
      sortByPlace(faults.filter((fault) => fault.source === source).map(place)),
    );
    return { spec: null, diagnostics: placed.flat() };
  }
  const included = new Map(
    [...merged.included].map(([name, { source, path }]) => [
      name,
      describePlace(sources[source]!.place({ path, message: '' })),
    ]),
  );
  return { spec: resolveSpec(raw as RawSpec), raw: raw as RawSpec, diagnostics: [], included };
}

/** Parses YAML and places the faults that are found in it; a file with any fault has no value. */
export function parseYaml(
  text: string,
  file: string,
  findFaults: (raw: unknown) => Fault[],
): { readonly raw: unknown; readonly diagnostics: readonly Diagnostic[] } {
  const { raw, faults, place } = readSource({ shown: file, text });
  if (faults.length > 0) return { raw: null, diagnostics: faults };
  const found = findFaults(raw);
  return found.length > 0
    ? { raw: null, diagnostics: sortByPlace(found.map(place)) }
    : { raw, diagnostics: [] };
}

/** A text as YAML, with what is wrong with it as such, and the way from a fault to its place. */
interface Source {
  readonly raw: unknown;
  readonly faults: readonly Diagnostic[];
  readonly place: (fault: Fault) => Diagnostic;
}

function readSource({ shown: file, text }: IncludedText): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (fault: Fault): Diagnostic => {
    const { line, col } = lines.linePos(findOffset(document.contents, fault));
    return {
      file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      path: fault.path.join('.'),
      message: fault.message,
    };
  };
  const refuse = (faults: readonly Diagnostic[]): Source => ({ raw: null, faults, place });
  if (document.errors.length > 0) {
    return refuse(document.errors.map((error) => wordYamlError(error, file, lines)));
  }
  const raw = readValue(document);
  if (raw instanceof Error) return refuse([place({ path: [], message: `not YAML: ${raw.message}` })]);
  if (raw === null || raw === undefined) return refuse([place({ path: [], message: 'the file is empty' })]);
  return { raw, faults: [], place };
}

function describePlace({ file, line }: Diagnostic): string {
  return `${file}:${line}`;
}

/** An alias without its anchor, or one that would grow without end, is only found when values are made. */
function readValue(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Finds where a path is in the text of a spec: line and column from 1. */
export function locatePath(text: string, path: Fault['path']): { line: number; column: number } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const { line, col } = lines.linePos(findOffset(document.contents, { path, message: '' }));
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function sortByPlace(diagnostics: Diagnostic[]): Diagnostic[] {
  return diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
}

function wordYamlError(error: YAMLError, file: string, lines: LineCounter): Diagnostic {
  const { line, col } = lines.linePos(error.pos[0]);
  const message = `not YAML: ${error.message.split('\n')[0]}`;
  return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: '', message };
}

/** Offset of the value (or key) at a path; of the nearest thing above it when it is missing. */
function findOffset(root: Node | null, fault: Fault): number {
  let node: unknown = root;
  let offset = 0;
  for (const [index, part] of fault.path.entries()) {
    offset = startOf(node) ?? offset;
    const last = index === fault.path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String((key as { value?: unknown }).value) === String(part));
      if (pair === undefined) return offset;
      if (last && (fault.atKey === true || startOf(pair.value) === null)) return startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      node = (node as { items?: readonly unknown[] } | null)?.items?.[Number(part)];
    }
  }
  return startOf(node) ?? offset;
}

function startOf(node: unknown): number | null {
  return (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0] ?? null;
}
