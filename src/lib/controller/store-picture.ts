/**
 * What the controller has read of the store, kept in step by the words on the channel: only what a word names is read
 * again, and everything now and then, because words can be lost.
 */

import { loadSessionNames, loadSessionTexts } from '../store/load-sessions.ts';
import { loadStreamNames } from '../store/load-streams.ts';
import { loadPlannedMoves } from '../store/moves.ts';
import { loadLoads, loadPlacements, loadPlacementsOf, loadRefusals } from '../store/placements.ts';
import { parseRecord, type SessionRecord } from '../store/records.ts';
import { loadRing } from '../store/ring.ts';
import type { PlacementRecord, PlacementRefusal, PlannedMove, RingRecord } from '../store/ring-records.ts';
import type { Store } from '../store/store.ts';

/** Sessions that expire say nothing. */
const SESSIONS_EVERY_MS = 2000;
const ALL_EVERY_MS = 30_000;

type Part = 'ring' | 'planned' | 'loads' | 'refusals' | 'streams' | 'placements' | 'sessions';
const PARTS: readonly Part[] = ['ring', 'planned', 'loads', 'refusals', 'streams', 'placements', 'sessions'];

/** Kept by one controller; `refresh()` is never called twice at a time. */
export class StorePicture {
  readonly #store: Store;
  #stale = new Set<Part>(PARTS);
  #changedStreams = new Set<string>();
  #changedSessions = new Set<string>();
  #allReadMs = 0;
  #sessionsReadMs = 0;
  #sessionTexts = new Map<string, string>();
  #placements = new Map<string, PlacementRecord>();
  readonly #sessions = new Map<string, string>();
  ring: RingRecord | null = null;
  planned: readonly PlannedMove[] = [];
  loads: ReadonlyMap<string, number> = new Map();
  refusals: readonly PlacementRefusal[] = [];
  streams: ReadonlySet<string> = new Set();
  /** Counts what may let a refused stream in. */
  changes = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  get placements(): ReadonlyMap<string, PlacementRecord> {
    return this.#placements;
  }

  /** The ingest node of each live session, by stream. */
  get sessions(): ReadonlyMap<string, string> {
    return this.#sessions;
  }

  /** Takes a word of the channel; null: anything may have changed. */
  note(word: string | null): void {
    const [what, stream = ''] = (word ?? '').split(' ');
    if (word === null) this.#stale = new Set(PARTS);
    else if (what === 'ring') this.#mark('ring', 'planned');
    else if (what === 'placement' || what === 'move') {
      this.#changedStreams.add(stream);
      this.#mark('loads', what === 'move' ? 'planned' : 'refusals');
    } else if (what === 'session') this.#changedSessions.add(stream);
    else if (what === 'stream') this.#mark('streams');
  }

  /** Reads what is out of date. Throws when the store does not answer; what was not read stays out of date. */
  async refresh(nowMs: number): Promise<void> {
    if (nowMs - this.#allReadMs >= ALL_EVERY_MS) this.note(null);
    const isAll = this.#stale.has('sessions');
    if (isAll) this.#allReadMs = nowMs;
    if (isAll || nowMs - this.#sessionsReadMs >= SESSIONS_EVERY_MS) this.#sessionsReadMs = nowMs;
    const everySession = this.#sessionsReadMs === nowMs;
    const stale = this.#stale;
    this.#stale = new Set();
    try {
      await this.#readParts(stale);
      if (everySession) await this.#readSessions(isAll);
      else await this.#readChangedSessions();
    } catch (error) {
      for (const part of stale) this.#stale.add(part);
      this.#sessionsReadMs = 0;
      throw error;
    }
  }

  #mark(...parts: Part[]): void {
    for (const part of parts) this.#stale.add(part);
  }

  async #readParts(stale: ReadonlySet<Part>): Promise<void> {
    const read = (part: Part, run: () => Promise<void>): Promise<void> =>
      stale.has(part) ? run() : Promise.resolve();
    await Promise.all([
      read('ring', async () => {
        this.ring = await loadRing(this.#store);
      }),
      read('planned', async () => {
        this.planned = await loadPlannedMoves(this.#store);
      }),
      read('loads', async () => {
        this.loads = await loadLoads(this.#store);
      }),
      read('refusals', async () => {
        this.refusals = await loadRefusals(this.#store);
      }),
      read('streams', async () => {
        this.streams = new Set(await loadStreamNames(this.#store));
      }),
      this.#readPlacements(stale.has('placements')),
    ]);
    if (stale.has('ring') || stale.has('loads')) this.changes += 1;
  }

  async #readPlacements(all: boolean): Promise<void> {
    const changed = [...this.#changedStreams];
    this.#changedStreams.clear();
    try {
      if (all) {
        this.#placements = new Map(await loadPlacements(this.#store));
        return;
      }
      const found = await loadPlacementsOf(this.#store, changed);
      for (const stream of changed) {
        const record = found.get(stream);
        if (record === undefined) this.#placements.delete(stream);
        else this.#placements.set(stream, record);
      }
    } catch (error) {
      for (const stream of changed) this.#changedStreams.add(stream);
      throw error;
    }
  }

  /** Of every stream that is known, placed, or was live; `all`: also of those that nobody told of. */
  async #readSessions(all: boolean): Promise<void> {
    this.#changedSessions.clear();
    const told = all ? await loadSessionNames(this.#store) : [];
    const names = new Set([...this.streams, ...this.#placements.keys(), ...this.#sessions.keys(), ...told]);
    await this.#takeSessions([...names]);
  }

  async #readChangedSessions(): Promise<void> {
    const changed = [...this.#changedSessions];
    this.#changedSessions.clear();
    await this.#takeSessions(changed);
  }

  /** Most of thousands of sessions are as they were: a text that has not changed is not parsed. */
  async #takeSessions(streams: readonly string[]): Promise<void> {
    const texts = await loadSessionTexts(this.#store, streams);
    for (const [index, stream] of streams.entries()) {
      const text = texts[index] ?? null;
      if (text === null) {
        this.#sessions.delete(stream);
        this.#sessionTexts.delete(stream);
      } else if (this.#sessionTexts.get(stream) !== text) {
        this.#sessionTexts.set(stream, text);
        this.#sessions.set(stream, parseRecord<SessionRecord>(text)?.node ?? '');
      }
    }
  }
}
