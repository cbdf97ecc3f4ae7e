/** Setting and removing a key of a YAML map as text; every other byte stays. Pure. */
import { isScalar, type Node, type Pair, type YAMLMap } from 'yaml';
import { endOfLine, insertLines, removeLines, startOfLine } from './lines.ts';
import { endOfText } from './splice-sequence.ts';

type Placed = Node & { readonly range: readonly [number, number, number] };

/** Sets a key to a number or a plain word; null when the map is written in a way that cannot be edited. */
export function setScalar(
  text: string,
  map: YAMLMap,
  entry: { readonly key: string; readonly value: number | string },
): string | null {
  const pair = pairOf(map, entry.key);
  if (pair === undefined) return addPair(text, map, `${entry.key}: ${entry.value}`);
  const value = pair.value as Placed | null;
  if (!isScalar(value) || value.range == null || value.anchor !== undefined) return null;
  const [start, end] = value.range;
  return `${text.slice(0, start)}${entry.value}${text.slice(end)}`;
}

/** Removes a key with its value; null when the map is written in a way that cannot be edited. */
export function removeKey(text: string, map: YAMLMap, name: string): string | null {
  const index = map.items.findIndex((pair) => keyText(pair) === name);
  if (index <= 0) return null;
  const start = (map.items[index]!.key as Placed).range[0];
  const end = endOfPair(map.items[index]!);
  const before = endOfPair(map.items[index - 1]!);
  if (end === null || before === null) return null;
  if (map.flow === true) return text.slice(0, before) + text.slice(end);
  return removeLines(text, startOfLine(text, start), endOfLine(text, end));
}

/** The value under a key, with its place. */
export function nodeAt(map: YAMLMap, name: string): unknown {
  return pairOf(map, name)?.value;
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find((pair) => keyText(pair) === name);
}

function keyText(pair: Pair): string | null {
  return isScalar(pair.key) ? String(pair.key.value) : null;
}

function addPair(text: string, map: YAMLMap, pair: string): string | null {
  const first = map.items[0]?.key as Placed | null | undefined;
  const last = map.items.at(-1);
  const end = last === undefined ? null : endOfPair(last);
  if (first?.range == null || end === null) return null;
  if (map.flow === true) return `${text.slice(0, end)}, ${pair}${text.slice(end)}`;
  const column = first.range[0] - startOfLine(text, first.range[0]);
  return insertLines(text, endOfLine(text, end), `${' '.repeat(column)}${pair}`);
}

function endOfPair({ key, value }: Pair): number | null {
  const node = (value ?? key) as Placed | null;
  return node?.range == null ? null : endOfText(node);
}
