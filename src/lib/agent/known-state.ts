/** What the agent last heard from the store, in memory and on disk: with it, known keys work without the store. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { KeyRecord } from '../store/records.ts';

/** Streams, and key records under their HMACs. Holds no key in clear. */
export interface KnownState {
  readonly streams: readonly string[];
  readonly keys: ReadonlyMap<string, KeyRecord>;
}

export const NOTHING_KNOWN: KnownState = { streams: [], keys: new Map() };

/** Loads the last state saved; NOTHING_KNOWN when there is none. */
export async function loadKnownState(file: string): Promise<KnownState> {
  try {
    return parse(await readFile(file, 'utf8'));
  } catch {
    return NOTHING_KNOWN;
  }
}

/** Replaces the file as a whole. */
export async function saveKnownState(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text, { mode: 0o600 });
  await rename(`${file}.next`, file);
}

/** Formats a state as text; equal states give equal texts. */
export function formatKnownState(state: KnownState): string {
  const keys = [...state.keys].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ streams: [...state.streams].sort(), keys });
}

function parse(text: string): KnownState {
  const value = JSON.parse(text) as { streams: string[]; keys: [string, KeyRecord][] };
  return { streams: value.streams, keys: new Map(value.keys) };
}
