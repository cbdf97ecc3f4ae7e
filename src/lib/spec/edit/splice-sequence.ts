/**
 * Adding to and taking from a YAML list as text, in the way in which the list is written: every byte outside of the
 * entry stays, comments and spacing too. Pure.
 */
import { isMap, isSeq, type Node, type YAMLSeq } from 'yaml';
import { insertLines, ownLinesEnd, removeLines, startOfLine } from './lines.ts';

/** How an entry of a list is written: `- ` before it, or between brackets. */
export interface EntryStyle {
  readonly flow: boolean;
  /** Text before the dash; empty between brackets. */
  readonly indent: string;
  /** Spaces between the dash and what follows. */
  readonly gap: string;
}

type Item = Node & { readonly range: readonly [number, number, number] };

/** The entries of a list; null when one is not written out (an alias, nothing at all). */
export function itemsOf(sequence: unknown): readonly Item[] | null {
  if (!isSeq(sequence)) return null;
  const items = sequence.items as readonly (Node | null)[];
  return items.every((item) => item?.range != null) ? (items as readonly Item[]) : null;
}

/** How the entry at an index is written. */
export function styleOf(text: string, sequence: YAMLSeq, index: number): EntryStyle {
  const dash = dashAt(sequence, index);
  if (dash === null) return { flow: true, indent: '', gap: '' };
  const content = itemsOf(sequence)![index]!.range[0];
  const between = text.slice(dash + 1, content);
  return {
    flow: false,
    indent: text.slice(startOfLine(text, dash), dash),
    gap: /^ +$/.test(between) ? between : ' ',
  };
}

/** Inserts an entry behind the one at an index. `entry` is its text without dash and end of line. */
export function insertEntry(text: string, sequence: YAMLSeq, at: { index: number; entry: string }): string {
  const items = itemsOf(sequence)!;
  const mate = items[at.index]!;
  const { flow, indent, gap } = styleOf(text, sequence, at.index);
  if (flow) {
    const before = items[at.index - 1];
    const apart = before === undefined ? '' : text.slice(before.range[1], mate.range[0]);
    const separator = /^,(\s*)$/.exec(apart)?.[1] ?? ' ';
    return `${text.slice(0, mate.range[1])},${separator}${at.entry}${text.slice(mate.range[1])}`;
  }
  return insertLines(text, entryEnd(text, sequence, at.index), `${indent}-${gap}${at.entry}`);
}

/** Removes the entry at an index; comments in lines of their own before it stay. */
export function removeEntry(text: string, sequence: YAMLSeq, index: number): string {
  const dash = dashAt(sequence, index);
  if (dash === null) return removeFlowEntry(text, itemsOf(sequence)!, index);
  return removeLines(text, startOfLine(text, dash), entryEnd(text, sequence, index));
}

function removeFlowEntry(text: string, items: readonly Item[], index: number): string {
  const [from, to] = items[index]!.range;
  const before = items[index - 1]?.range[1];
  const after = items[index + 1]?.range[0];
  if (before !== undefined) {
    const apart = text.slice(before, from);
    if (!apart.includes('#')) return text.slice(0, before) + text.slice(to);
    return text.slice(0, before) + apart.replace(',', '') + text.slice(to);
  }
  if (after === undefined) return text.slice(0, from) + text.slice(to).replace(/^\s*,/, '');
  const apart = text.slice(to, after);
  const kept = apart.includes('#') ? apart.replace(',', '') : '';
  return text.slice(0, from) + kept + text.slice(after);
}

/** Where the lines of an entry end: behind its last line and the comments that are indented as its content is. */
function entryEnd(text: string, sequence: YAMLSeq, index: number): number {
  const dash = dashAt(sequence, index)!;
  return ownLinesEnd(text, endOfText(itemsOf(sequence)![index]!), dash - startOfLine(text, dash));
}

/** Where the text of a value ends: the range of a map or list in lines takes in comments that come after it. */
export function endOfText(node: Node): number {
  const last = isMap(node) ? node.items.at(-1) : undefined;
  const inner = isSeq(node) ? node.items.at(-1) : (last?.value ?? last?.key);
  const flow = (node as { flow?: boolean }).flow === true;
  return flow || inner == null ? ((node as Item).range?.[1] ?? 0) : endOfText(inner as Node);
}

interface SequenceToken {
  readonly type: string;
  readonly items: readonly {
    readonly start: readonly { readonly type: string; readonly offset: number }[];
  }[];
}

/** Offset of the dash of an entry; null between brackets. */
function dashAt(sequence: YAMLSeq, index: number): number | null {
  const token = sequence.srcToken as SequenceToken | undefined;
  if (token?.type !== 'block-seq') return null;
  return token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')?.offset ?? null;
}
