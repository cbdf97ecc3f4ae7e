import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FitnessState } from '../../../src/lib/media/fitness.ts';
import { formatFitnessTag } from '../../../src/lib/media/fitness-tag.ts';
import type { FlvTag } from '../../../src/lib/media/flv.ts';
import { RETURN_MS, SourceSwitch } from '../../../src/lib/pipeline/source-switch.ts';

const EPOCH_MS = 1_795_000_000_000.25;
const FRAME_MS = 40;
const GOP = 25;

/** What an encoder sends at each step of 40 ms: a picture and a sound. */
function tagsAt(step: number, encoder: string): FlvTag[] {
  const timestampMs = step * FRAME_MS;
  const isKeyFrame = step % GOP === 0;
  return (['video', 'audio'] as const).map((type) => ({
    ...{ type, timestampMs, data: Buffer.from(`${encoder} ${type} ${step}`), isSequenceHeader: false },
    isKeyFrame: isKeyFrame && type === 'video',
  }));
}

function headersOf(encoder: string): FlvTag[] {
  return (['video', 'audio'] as const).map((type) => ({
    ...{ type, timestampMs: 0, data: Buffer.from(`${encoder} ${type} header`) },
    ...{ isSequenceHeader: true, isKeyFrame: false },
  }));
}

interface Place {
  readonly sessionId: number;
  readonly encoder: string;
  /** Steps that this place is behind the other. */
  readonly lag: number;
  readonly epochMs: number;
}

/** A switch with what it gave on, and places that bring an encoder's tags when told to. */
class Bench {
  readonly heard: string[] = [];
  /** Steps of the pictures and sounds that were given on. */
  readonly fed: { video: number[]; audio: number[] } = { video: [], audio: [] };
  readonly #switch = new SourceSwitch({
    onStart: ({ sessionId }) => this.heard.push(`start ${sessionId}`),
    onTag: (tag) => this.#note(tag),
    onChange: ({ sessionId }, isSame) => this.heard.push(`${isSame ? 'same' : 'other'} ${sessionId}`),
    onEnd: () => this.heard.push('end'),
  });
  readonly #places: Record<string, Place>;
  readonly #open = new Set<string>();
  step = 0;
  /** What encoders send from now on. */
  tracks: readonly string[] = ['video', 'audio'];

  constructor(places: Record<string, Partial<Place>>) {
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
    const [, type, step] = Buffer.from(tag.data).toString().split(' ');
    assert.equal(tag.timestampMs, Number(step) * FRAME_MS);
    this.fed[type as 'audio' | 'video'].push(Number(step));
  }
}

function assertWhole(steps: readonly number[]): void {
  assert.deepEqual(
    steps,
    steps.map((_step, index) => steps[0]! + index),
  );
}

function assertAllWhole({ fed }: Bench): void {
  assertWhole(fed.video);
  assertWhole(fed.audio);
}

for (const lag of [0, 3, -4]) {
  test(`one encoder at two regions: a cut goes on behind the very last tag, the reserve ${lag} frames late`, () => {
    const bench = new Bench({ us: {}, eu: { lag } });
    bench.run(10);
    bench.connect('us');
    bench.connect('eu');
    bench.run(60);
    bench.disconnect('us');
    bench.run(60);
    assert.deepEqual(bench.heard, ['start 1', 'other 1', 'same 2']);
    assertAllWhole(bench);
    assert.equal(bench.fed.video.at(-1), bench.step - lag);
  });
}

test('with another encoder in reserve a silence of 0.3 s is enough to change', () => {
  const bench = new Bench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(50);
  bench.run(7, ['us']);
  assert.equal(bench.heard.at(-1), 'other 1', '280 ms of silence');
  bench.run(1, ['us']);
  assert.equal(bench.heard.at(-1), 'other 2', '320 ms of silence');
});

test('with the same media in reserve 0.15 s are enough, and the way back is taken after 10 s without a break', () => {
  const bench = new Bench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  bench.run(50);
  bench.run(3, ['us']);
  assert.equal(bench.heard.at(-1), 'other 1', '120 ms of silence');
  bench.run(1, ['us']);
  assert.equal(bench.heard.at(-1), 'same 2', '160 ms of silence');
  bench.run(20, ['us']);
  bench.run(RETURN_MS / FRAME_MS - 2);
  assert.equal(bench.heard.at(-1), 'same 2');
  bench.run(5);
  assert.equal(bench.heard.at(-1), 'same 1');
  assertAllWhole(bench);
});

test('nothing changes while all are silent', () => {
  const bench = new Bench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  bench.run(50);
  bench.run(50, ['us', 'eu']);
  bench.run(50);
  assert.deepEqual(bench.heard, ['start 1', 'other 1']);
  assertAllWhole(bench);
});

test('a replica that stood still itself blames nobody', () => {
  const bench = new Bench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('eu');
  bench.connect('us');
  bench.run(10);
  const before = [...bench.heard];
  bench.run(50, ['us', 'eu']);
  bench.run(RETURN_MS / FRAME_MS / 2);
  assert.deepEqual(bench.heard, before);
});

test('a replica that stands still now and then does not take a session for alive that is silent', () => {
  const bench = new Bench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(20);
  for (let round = 0; round < 20; round++) {
    bench.run(20, ['us']);
    bench.run(8, ['us', 'eu']);
  }
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'start 2', 'other 2']);
});

test('the oldest session is read whichever answers first', () => {
  const bench = new Bench({ us: {}, eu: {} });
  bench.connect('eu');
  bench.run(5);
  assert.deepEqual(bench.heard, ['start 2', 'other 2']);
  bench.connect('us');
  bench.run(5);
  assert.deepEqual(bench.heard.slice(2), ['same 1']);
  assertAllWhole(bench);
});

test('another encoder begins anew, at its key frame before what was fed last', () => {
  const bench = new Bench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(60);
  bench.disconnect('us');
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'start 2', 'other 2']);
  assert.deepEqual(bench.fed.video.slice(-11), [50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
});

test('the same pictures on another clock are another session', () => {
  const bench = new Bench({ us: {}, eu: { epochMs: EPOCH_MS + 3 } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(60);
  bench.disconnect('us');
  assert.deepEqual(bench.heard.slice(-2), ['start 2', 'other 2']);
});

test('a sound that ended long ago does not make two sessions of one encoder differ', () => {
  const bench = new Bench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  bench.run(20);
  bench.tracks = ['video'];
  bench.run(130);
  bench.disconnect('us');
  bench.run(20);
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'same 2']);
  assertWhole(bench.fed.video);
});

test('a session that is cut and answered again goes on, and ends are told when no other delivers', () => {
  const bench = new Bench({ us: {} });
  bench.connect('us');
  bench.run(60);
  bench.disconnect('us');
  assert.equal(bench.heard.at(-1), 'end');
  bench.connect('us');
  bench.run(10);
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'end', 'same 1']);
  assertAllWhole(bench);
});

test('whatever is lost and comes back, pictures and sounds stay in order and nothing is given twice', () => {
  const event = fc.record({
    place: fc.constantFrom('us', 'eu', 'ap'),
    what: fc.constantFrom('connect', 'disconnect', 'silent', 'none'),
    steps: fc.integer({ min: 1, max: 40 }),
  });
  const lags = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), lags, (events, [late, later]) => {
      const bench = new Bench({ us: {}, eu: { lag: late }, ap: { lag: later } });
      bench.connect('us');
      bench.connect('eu');
      bench.run(20);
      for (const { place, what, steps } of events) {
        if (what === 'connect' && !bench.isOpen(place)) bench.connect(place);
        if (what === 'disconnect' && bench.isOpen(place)) bench.disconnect(place);
        bench.run(steps, what === 'silent' ? [place] : []);
      }
      const starts = bench.heard.filter((word) => word.startsWith('start')).length;
      for (const steps of [bench.fed.video, bench.fed.audio]) {
        // A start with a hole may decode from a key frame that was fed: whoever listens drops what it has.
        const back = steps.filter((step, index) => index > 0 && step <= steps[index - 1]!).length;
        assert.ok(back < starts, `${back} times back with ${starts} starts`);
      }
      if (starts === 1) assertAllWhole(bench);
    }),
    { numRuns: 300 },
  );
});

test('with one region always there, nothing is lost or repeated whatever happens to the other', () => {
  const event = fc.record({
    place: fc.constantFrom('us', 'eu'),
    what: fc.constantFrom('cut', 'silent', 'none'),
    steps: fc.integer({ min: 3, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 0, max: 6 }), (events, lag) => {
      const bench = new Bench({ us: {}, eu: { lag } });
      bench.connect('us');
      bench.connect('eu');
      bench.run(20);
      for (const { place, what, steps } of events) {
        if (what === 'cut') bench.disconnect(place);
        bench.run(steps, what === 'silent' ? [place] : []);
        if (what === 'cut') bench.connect(place);
        bench.run(20);
      }
      assert.deepEqual(bench.heard.filter((word) => word.startsWith('start')).length, 1);
      assertAllWhole(bench);
    }),
    { numRuns: 300 },
  );
});

/** Two encoders at two regions, `us` the older one, both seen to be fit. */
function twoEncoders(): Bench {
  const bench = new Bench({ us: {}, eu: { encoder: 'two' } });
  bench.connect('us');
  bench.connect('eu');
  bench.run(10);
  for (const name of ['us', 'eu']) bench.see(name, 'fit');
  bench.run(10);
  return bench;
}

for (const state of ['black', 'silent'] as const) {
  test(`a ${state} publisher gives way to one that is fit, and is returned to 10 s after it is fit again`, () => {
    const bench = twoEncoders();
    bench.see('us', 'doubtful');
    bench.run(10);
    assert.equal(bench.heard.at(-1), 'other 1');
    bench.see('us', state);
    bench.run(1);
    assert.equal(bench.heard.at(-1), 'other 2');
    bench.run(1000);
    assert.equal(bench.heard.at(-1), 'other 2', `still ${state}`);
    bench.see('us', 'fit');
    bench.run(RETURN_MS / FRAME_MS - 1);
    assert.equal(bench.heard.at(-1), 'other 2');
    bench.run(2);
    assert.equal(bench.heard.at(-1), 'other 1');
  });
}

const reserves: FitnessState[] = ['unknown', 'doubtful', 'black', 'silent'];
for (const state of reserves) {
  test(`a black publisher is kept while the reserve is ${state}`, () => {
    const bench = twoEncoders();
    bench.see('eu', state);
    bench.see('us', 'black');
    bench.run(500);
    assert.deepEqual(bench.heard, ['start 1', 'other 1']);
  });
}

test('nothing known of the active one is no reason to leave it', () => {
  const bench = twoEncoders();
  bench.see('us', 'unknown');
  bench.run(500);
  assert.deepEqual(bench.heard, ['start 1', 'other 1']);
});

test('when nobody can look any more at a publisher that was black it is not returned to', () => {
  const bench = twoEncoders();
  bench.see('us', 'black');
  bench.run(1);
  bench.see('us', 'unknown');
  bench.run(1000);
  assert.equal(bench.heard.at(-1), 'other 2');
});

test('a black reserve is better than none', () => {
  const bench = twoEncoders();
  bench.see('eu', 'black');
  bench.disconnect('us');
  assert.equal(bench.heard.at(-1), 'other 2');
});

test('one encoder that sends black to both regions changes nothing', () => {
  const bench = new Bench({ us: {}, eu: { lag: 2 } });
  bench.connect('us');
  bench.connect('eu');
  for (const name of ['us', 'eu']) bench.see(name, 'fit');
  for (const state of ['doubtful', 'black', 'fit'] as const) {
    bench.run(50);
    bench.see('us', state);
    bench.run(2);
    bench.see('eu', state);
  }
  bench.run(500);
  assert.deepEqual(bench.heard, ['start 1', 'other 1']);
  assertAllWhole(bench);
});

test('a black publisher that sends the same media as the reserve is left without a loss', () => {
  const bench = new Bench({ us: {}, eu: {} });
  bench.connect('us');
  bench.connect('eu');
  for (const name of ['us', 'eu']) bench.see(name, 'fit');
  bench.run(20);
  bench.see('us', 'silent');
  bench.run(400);
  assert.deepEqual(bench.heard, ['start 1', 'other 1', 'same 2']);
  assertAllWhole(bench);
});

test('whatever is seen, a publisher is left only for one that is fit, and never twice within 10 s to and fro', () => {
  const event = fc.record({
    place: fc.constantFrom('us', 'eu'),
    state: fc.constantFrom<FitnessState>('unknown', 'fit', 'doubtful', 'black', 'silent'),
    steps: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const bench = twoEncoders();
      const now: Record<string, FitnessState> = { us: 'fit', eu: 'fit' };
      for (const { place, state, steps } of events) {
        const changes = bench.heard.length;
        now[place] = state;
        bench.see(place, state);
        bench.run(steps);
        if (bench.heard.length === changes) continue;
        const [active, other] = bench.heard.at(-1) === 'other 1' ? ['us', 'eu'] : ['eu', 'us'];
        const isForced = ['black', 'silent'].includes(now[other]!) && now[active] === 'fit';
        const isReturn = active === 'us' && !['black', 'silent', 'doubtful'].includes(now.us!);
        assert.ok(isForced || isReturn, `${active} ${now[active]}, ${other} ${now[other]}`);
      }
    }),
    { numRuns: 300 },
  );
});
