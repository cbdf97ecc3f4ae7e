/**
 * The process that undoes the faults of one drill: when it is told to, when an undo is late, and at once when the
 * command that started it is gone, however it went (its standard input then ends).
 *
 * It is detached, so a closed terminal does not reach it; it loads all of its code before it says that it is ready; what
 * it has armed is on the disk, so `streamctl drill heal` can do its work should it be killed, too.
 *
 * Lines of JSON in: `{"arm": entry}`, `{"heal": id}`, `{"close": true}`; out: `{"ready"}`, `{"armed": id}`,
 * `{"healed": id, "failed": []}`, `{"closed": true}`.
 */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { FaultSettings } from '../faults/fault.ts';
import { applyUndo } from './apply-undo.ts';
import type { Healing, UndoEntry } from './undo-action.ts';
import { loadUndoRecord, type RecordedUndo, saveUndoRecord } from './undo-record.ts';

export interface UndoProcessOptions {
  /** `undo.json`, written by whoever starts this. */
  readonly file: string;
  readonly input: Readable;
  readonly output: Writable;
  readonly nowMs: () => number;
  /** Rings when an undo is late though this process is gone. */
  readonly alarm?: UndoAlarm;
  /** On a machine that is reached by ssh, faults are injected by this process, too. */
  readonly stage?: UndoStage;
}

export interface UndoAlarm {
  /** Resolves once it would ring. */
  set(entry: UndoEntry): Promise<void>;
  clear(id: string): Promise<void>;
}

/** Injects faults where it runs. */
export interface UndoStage {
  /** Resolves with what was done, in words. */
  strike(order: StrikeOrder): Promise<string>;
  /** Looks for a proof that what was struck bites: words, or null. */
  look(id: string): Promise<string | null>;
}

export interface StrikeOrder {
  readonly id: string;
  readonly settings: FaultSettings;
  /** A fault that can end by itself does so after this long. */
  readonly longestMs: number;
}

/** What the command may say. */
export type UndoOrder =
  | { readonly arm: UndoEntry }
  | { readonly heal: string }
  | { readonly strike: StrikeOrder }
  | { readonly look: string }
  | { readonly close: true };

/** Keeps undos until it is closed or its input ends; then nothing is armed any more. Throws when the record is unusable. */
export async function runUndoProcess(options: UndoProcessOptions): Promise<void> {
  const record = await loadUndoRecord(options.file);
  if (record === null) throw new Error(`${options.file} is no record of undos`);
  const keeper = new Keeper(options, record.clusterDir, [...record.entries]);
  await keeper.begin();
  for await (const line of createInterface({ input: options.input })) {
    if (line.trim() === '') continue;
    const order = JSON.parse(line) as UndoOrder;
    if ('close' in order) break;
    keeper.take(order);
  }
  await keeper.end();
}

/** Orders are carried out one after the other, also those of the clock. */
class Keeper {
  readonly #options: UndoProcessOptions;
  readonly #clusterDir: string;
  readonly #entries: RecordedUndo[];
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #work: Promise<void> = Promise.resolve();

  constructor(options: UndoProcessOptions, clusterDir: string, entries: RecordedUndo[]) {
    this.#options = options;
    this.#clusterDir = clusterDir;
    this.#entries = entries;
    // A reader that is gone is no reason to stop undoing.
    options.output.on('error', () => undefined);
  }

  async begin(): Promise<void> {
    await this.#save();
    this.#say({ ready: true });
  }

  take(order: Exclude<UndoOrder, { close: true }>): void {
    this.#then(async () => {
      if ('arm' in order) await this.#arm(order.arm);
      else if ('heal' in order) await this.#heal(order.heal);
      else await this.#play(order);
    });
  }

  async end(): Promise<void> {
    await this.#work;
    for (const { id } of this.#armed()) await this.#heal(id);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#say({ closed: true });
  }

  /** What a stage does; it never fails the keeper. */
  async #play(order: { readonly strike: StrikeOrder } | { readonly look: string }): Promise<void> {
    const { stage } = this.#options;
    const id = 'strike' in order ? order.strike.id : order.look;
    try {
      if (stage === undefined) throw new Error('no faults are injected here');
      if ('strike' in order) this.#say({ struck: id, text: await stage.strike(order.strike) });
      else this.#say({ looked: id, proof: await stage.look(id) });
    } catch (error) {
      this.#say({ struck: id, looked: id, trouble: error instanceof Error ? error.message : String(error) });
    }
  }

  async #arm(entry: UndoEntry): Promise<void> {
    this.#entries.push({ ...entry, healedMs: null });
    await this.#save();
    await this.#options.alarm?.set(entry);
    const inMs = Math.max(0, entry.deadlineMs - this.#options.nowMs());
    this.#timers.set(
      entry.id,
      setTimeout(() => this.#then(async () => await this.#heal(entry.id)), inMs),
    );
    this.#say({ armed: entry.id });
  }

  async #heal(id: string): Promise<void> {
    clearTimeout(this.#timers.get(id));
    const index = this.#entries.findIndex((entry) => entry.id === id && entry.healedMs === null);
    if (index === -1) return this.#say({ healed: id, failed: [] });
    const entry = this.#entries[index]!;
    const failed = await applyUndo(this.#clusterDir, entry.actions);
    // What failed stays armed: its alarm, the end of this process and `drill heal` each try again.
    if (failed.length === 0) {
      this.#entries[index] = { ...entry, healedMs: this.#options.nowMs() };
      await this.#save();
      await this.#options.alarm?.clear(id).catch(() => undefined);
    }
    this.#say({ healed: id, failed });
  }

  #armed(): RecordedUndo[] {
    return this.#entries.filter(({ healedMs }) => healedMs === null);
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#say({ trouble: error instanceof Error ? error.message : String(error) });
    });
  }

  async #save(): Promise<void> {
    await saveUndoRecord(this.#options.file, {
      version: 1,
      clusterDir: this.#clusterDir,
      pid: process.pid,
      entries: this.#entries,
    });
  }

  #say(message: object): void {
    if (this.#options.output.writable) this.#options.output.write(`${JSON.stringify(message)}\n`);
  }
}

/**
 * Undoes what a record still has armed, when its keeper cannot; returns what was undone and what failed, in words. What failed
 * stays armed.
 */
export async function healRecord(file: string, nowMs: () => number): Promise<Healing> {
  const record = await loadUndoRecord(file);
  const healed: string[] = [];
  const failed: string[] = [];
  if (record === null) return { healed, failed };
  const entries = [...record.entries];
  for (const [index, entry] of entries.entries()) {
    if (entry.healedMs !== null) continue;
    const faults = await applyUndo(record.clusterDir, entry.actions);
    failed.push(...faults);
    if (faults.length > 0) continue;
    healed.push(entry.label);
    entries[index] = { ...entry, healedMs: nowMs() };
    await saveUndoRecord(file, { ...record, entries });
  }
  return { healed, failed };
}
