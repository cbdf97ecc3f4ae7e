/**
 * What the agent last heard from the store, in memory and on disk: with it, the node goes on without the store.
 *
 * Two files of the node's data folder: `ring.json`, which the node's origin reads, too, and `agent-known.json`. Neither
 * holds a key in clear. Invariant: the epoch of the ring never goes back, whatever the store says.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ringFile } from '../nodes/layout.ts';
import { checkRing } from '../placement/check-ring.ts';
import type { KeyRecord } from '../store/records.ts';
import type { PlacedAs, RingRecord } from '../store/ring-records.ts';

interface SavedState {
  readonly keys: readonly (readonly [string, KeyRecord])[];
  readonly placed: readonly (readonly [string, PlacedAs])[];
}

export class KnownState {
  readonly #dataDir: string;
  #ring: RingRecord | null = null;
  #keys: ReadonlyMap<string, KeyRecord> = new Map();
  #keyIds: ReadonlySet<string> = new Set();
  #placed: ReadonlyMap<string, PlacedAs> = new Map();
  /** Texts of the files as they are. */
  #saved = { ring: '', state: '' };
  #changed = { ring: false, state: false };

  private constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Loads what the last run knew; nothing for a node that is new. */
  static async load(dataDir: string): Promise<KnownState> {
    const known = new KnownState(dataDir);
    const [ring, state] = await Promise.all([readText(ringFile(dataDir)), readText(known.#stateFile)]);
    known.#saved = { ring, state };
    known.#ring = parse(ring, checkRing);
    const saved = parse(state, (value) => value as Partial<SavedState>);
    known.#setKeys(new Map(saved?.keys ?? []));
    known.#placed = new Map(saved?.placed ?? []);
    return known;
  }

  get ring(): RingRecord | null {
    return this.#ring;
  }

  /** Key records under their HMACs. */
  get keys(): ReadonlyMap<string, KeyRecord> {
    return this.#keys;
  }

  /** Ids of the keys that are good. */
  get keyIds(): ReadonlySet<string> {
    return this.#keyIds;
  }

  /** What the store placed on this node. */
  get placed(): ReadonlyMap<string, PlacedAs> {
    return this.#placed;
  }

  /** Takes the store's ring. Refuses one of a lower epoch, and none when one is known; returns whether it was taken. */
  takeRing(stored: RingRecord | null): boolean {
    if ((stored?.epoch ?? 0) < (this.#ring?.epoch ?? 0)) return false;
    if (stored !== null) {
      this.#ring = stored;
      this.#changed.ring = true;
    }
    return true;
  }

  takeKeys(keys: ReadonlyMap<string, KeyRecord>): void {
    const before = this.#keys;
    // A record never changes under its HMAC.
    if (keys.size === before.size && [...keys.keys()].every((hash) => before.has(hash))) return;
    this.#setKeys(keys);
    this.#changed.state = true;
  }

  takePlaced(placed: ReadonlyMap<string, PlacedAs>): void {
    const before = this.#placed;
    if (placed.size === before.size && [...placed].every(([stream, as]) => before.get(stream) === as)) return;
    this.#placed = placed;
    this.#changed.state = true;
  }

  /** Writes the files whose content changed, each as a whole. */
  async save(): Promise<void> {
    if (this.#changed.ring) {
      this.#changed.ring = false;
      const text = JSON.stringify(this.#ring);
      if (text !== this.#saved.ring) await replaceFile(ringFile(this.#dataDir), text);
      this.#saved.ring = text;
    }
    if (this.#changed.state) {
      this.#changed.state = false;
      const text = formatState(this.#keys, this.#placed);
      if (text !== this.#saved.state) await replaceFile(this.#stateFile, text);
      this.#saved.state = text;
    }
  }

  get #stateFile(): string {
    return join(this.#dataDir, 'agent-known.json');
  }

  #setKeys(keys: ReadonlyMap<string, KeyRecord>): void {
    this.#keys = keys;
    this.#keyIds = new Set([...keys.values()].map(({ keyId }) => keyId));
  }
}

/** Equal states give equal texts. */
function formatState(keys: ReadonlyMap<string, KeyRecord>, placed: ReadonlyMap<string, PlacedAs>): string {
  const saved: SavedState = { keys: sortByName(keys), placed: sortByName(placed) };
  return JSON.stringify(saved);
}

function sortByName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}

function parse<T>(text: string, check: (value: unknown) => T): T | null {
  try {
    return check(JSON.parse(text));
  } catch {
    return null;
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text, { mode: 0o600 });
  await rename(`${file}.next`, file);
}
