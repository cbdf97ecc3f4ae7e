/** A switch between publishers of one stream, fed by places that bring an encoder's tags step by step. */
import assert from 'node:assert/strict';
import type { FitnessState } from '../../src/lib/media/fitness.ts';
import { formatFitnessTag } from '../../src/lib/media/fitness-tag.ts';
import type { FlvTag } from '../../src/lib/media/flv.ts';
import { SourceSwitch } from '../../src/lib/pipeline/source-switch.ts';

export const EPOCH_MS = 1_795_000_000_000.25;
export const FRAME_MS = 40;
const GOP = 25;

/** What encoders sent, made once: properties send the same again and again. */
const made = new Map<string, readonly FlvTag[]>();
/** The step in which an encoder made what a tag holds. */
const stepOf = new WeakMap<Uint8Array, number>();

/** What an encoder sends at each step of 40 ms: a picture and a sound. */
function tagsAt(step: number, encoder: string): readonly FlvTag[] {
  const known = made.get(`${encoder} ${step}`);
  if (known !== undefined) return known;
  const timestampMs = step * FRAME_MS;
  const isKeyFrame = step % GOP === 0;
  const tags = (['video', 'audio'] as const).map((type) => ({
    ...{ type, timestampMs, data: Buffer.from(`${encoder} ${type} ${step}`), isSequenceHeader: false },
    isKeyFrame: isKeyFrame && type === 'video',
  }));
  for (const { data } of tags) stepOf.set(data, step);
  made.set(`${encoder} ${step}`, tags);
  return tags;
}

function headersOf(encoder: string): FlvTag[] {
  return (['video', 'audio'] as const).map((type) => ({
    ...{ type, timestampMs: 0, data: Buffer.from(`${encoder} ${type} header`) },
    ...{ isSequenceHeader: true, isKeyFrame: false },
  }));
}

interface SourcePlace {
  readonly sessionId: number;
  readonly encoder: string;
  /** Steps that this place is behind the other. */
  readonly lag: number;
  readonly epochMs: number;
}

/** A switch with what it gave on, and places that bring an encoder's tags when told to. */
export class SourceBench {
  readonly heard: string[] = [];
  /** Steps of the pictures and sounds that were given on. */
  readonly fed: { video: number[]; audio: number[] } = { video: [], audio: [] };
  readonly #switch = new SourceSwitch({
    onStart: ({ sessionId }) => this.heard.push(`start ${sessionId}`),
    onTag: (tag) => this.#note(tag),
    onChange: ({ sessionId }, isSame) => this.heard.push(`${isSame ? 'same' : 'other'} ${sessionId}`),
    onEnd: () => this.heard.push('end'),
  });
  readonly #places: Record<string, SourcePlace>;
  readonly #open = new Set<string>();
  step = 0;
  /** What encoders send from now on. */
  tracks: readonly string[] = ['video', 'audio'];

  constructor(places: Record<string, Partial<SourcePlace>>) {
    const entries = Object.entries(places).map(([name, place], index) => {
      const filled = { sessionId: index + 1, encoder: 'one', lag: 0, epochMs: EPOCH_MS, ...place };
      return [name, filled] as const;
    });
    this.#places = Object.fromEntries(entries);
  }

  get nowMs(): number {
    return EPOCH_MS + this.step * FRAME_MS;
  }

  /** A connection is made: headers, and the tags since the last key frame. */
  connect(name: string): void {
    const { sessionId, encoder, lag, epochMs } = this.#places[name]!;
    this.#open.add(name);
    this.#switch.open(name, { sessionId, epochMs }, this.nowMs);
    for (const header of headersOf(encoder)) this.#switch.take(name, header, this.nowMs);
    const newest = this.step - lag;
    this.#sent.set(name, newest);
    for (let step = Math.floor(newest / GOP) * GOP; step <= newest; step++) this.#send(name, step);
  }

  disconnect(name: string): void {
    this.#open.delete(name);
    this.#switch.end(name, this.nowMs);
  }

  /** What the ingest node says of picture and sound. */
  see(name: string, state: FitnessState): void {
    this.#switch.take(name, formatFitnessTag({ state, sinceMs: null }, this.step * FRAME_MS), this.nowMs);
  }

  isOpen(name: string): boolean {
    return this.#open.has(name);
  }

  /** Time goes on; places in `silent` keep what they have, and bring it all when they speak again. */
  run(steps: number, silent: readonly string[] = []): void {
    for (let count = 0; count < steps; count++) {
      this.step += 1;
      for (const name of this.#open) if (!silent.includes(name)) this.#catchUp(name);
    }
  }

  readonly #sent = new Map<string, number>();

  #catchUp(name: string): void {
    const newest = this.step - this.#places[name]!.lag;
    for (let step = this.#sent.get(name)! + 1; step <= newest; step++) this.#send(name, step);
  }

  #send(name: string, step: number): void {
    this.#sent.set(name, step);
    if (step < 0) return;
    for (const tag of tagsAt(step, this.#places[name]!.encoder)) {
      if (this.tracks.includes(tag.type)) this.#switch.take(name, tag, this.nowMs);
    }
  }

  #note(tag: FlvTag): void {
    if (tag.isSequenceHeader || tag.type === 'script') return;
    const step = stepOf.get(tag.data);
    assert.ok(step !== undefined && tag.timestampMs === step * FRAME_MS, `${tag.type} ${tag.timestampMs}`);
    this.fed[tag.type].push(step);
  }
}

/** Every step is there, once and in order. */
export function assertWhole(steps: readonly number[]): void {
  assert.deepEqual(
    steps,
    steps.map((_step, index) => steps[0]! + index),
  );
}

/** Pictures and sounds both. */
export function assertAllWhole({ fed }: SourceBench): void {
  assertWhole(fed.video);
  assertWhole(fed.audio);
}

/** Two encoders at two regions, `us` the older one, both seen to be fit. */
export function twoEncoders(): SourceBench {
  const bench = new SourceBench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(10);
  for (const name of ['us', 'eu']) bench.see(name, 'fit');
  bench.run(10);
  return bench;
}
