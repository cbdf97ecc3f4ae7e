import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLooks } from '../../../src/lib/media/ffmpeg-look-arguments.ts';
import type { Fitness } from '../../../src/lib/media/fitness.ts';
import { formatFitnessTag, parseFitnessTag } from '../../../src/lib/media/fitness-tag.ts';
import { FitnessJudge, isSilence } from '../../../src/lib/media/judge-fitness.ts';
import { parseMetaData } from '../../../src/lib/media/script-data.ts';

const LIMITS = { blackSec: 2, silenceSec: 5 };

const picturesOf = (
  judge: FitnessJudge,
  looks: readonly [atMs: number, isBlack: boolean][],
): FitnessJudge => {
  for (const [atMs, isBlack] of looks) judge.takePicture(isBlack, atMs);
  return judge;
};

test('what ffmpeg prints of pictures is read as it comes, in whatever pieces', () => {
  const printed =
    'frame:0    pts:67      pts_time:0.067\nlavfi.blackframe.pblack=0\nframe:1    pts:4294   pts_time:4294\nlavfi.blackframe.pblack=98\n';
  for (let cut = 0; cut <= printed.length; cut++) {
    const first = parseLooks(printed.slice(0, cut));
    const second = parseLooks(first.rest + printed.slice(cut));
    assert.deepEqual(
      [...first.looks, ...second.looks],
      [
        { ptsMs: 67, blackPercent: 0 },
        { ptsMs: 4_294_000, blackPercent: 98 },
      ],
    );
    assert.equal(second.rest, '');
  }
});

test('sound below -60 dB is silence', () => {
  const samples = Buffer.alloc(1600);
  assert.equal(isSilence(samples), true);
  samples.writeInt16LE(-30, 800);
  assert.equal(isSilence(samples), true);
  samples.writeInt16LE(-40, 800);
  assert.equal(isSilence(samples), false);
});

const black: [string, [number, boolean][], Fitness][] = [
  ['nothing was seen: unknown', [], { state: 'unknown', sinceMs: null }],
  ['one picture that is not black: fit', [[0, false]], { state: 'fit', sinceMs: null }],
  ['one black picture: doubtful', [[1000, true]], { state: 'doubtful', sinceMs: 1000 }],
  [
    'black for less than 2 s',
    [
      [0, true],
      [1880, true],
    ],
    { state: 'doubtful', sinceMs: 0 },
  ],
  [
    'black for 2 s',
    [
      [0, true],
      [2000, true],
    ],
    { state: 'black', sinceMs: 0 },
  ],
  [
    'black, and a picture again',
    [
      [0, true],
      [2000, true],
      [4000, false],
    ],
    { state: 'fit', sinceMs: null },
  ],
  [
    'black twice with a picture between',
    [
      [0, true],
      [1500, false],
      [3000, true],
    ],
    { state: 'doubtful', sinceMs: 3000 },
  ],
];
for (const [what, looks, expected] of black) {
  test(`fitness by pictures: ${what}`, () => {
    const nowMs = looks.at(-1)?.[0] ?? 0;
    assert.deepEqual(picturesOf(new FitnessJudge(LIMITS), looks).judge(nowMs), expected);
  });
}

test('silence counts after its own time, sound that never was counts for nothing', () => {
  const judge = picturesOf(new FitnessJudge(LIMITS), [[0, false]]);
  assert.equal(judge.judge(0).state, 'fit');
  for (let atMs = 0; atMs < 4850; atMs += 50) judge.takeSound(true, atMs);
  judge.takePicture(false, 4000);
  assert.deepEqual(judge.judge(4850), { state: 'doubtful', sinceMs: 0 });
  judge.takeSound(true, 5000);
  assert.deepEqual(judge.judge(5000), { state: 'silent', sinceMs: 0 });
  judge.takeSound(false, 5050);
  assert.equal(judge.judge(5050).state, 'fit');
});

test('what is not looked at any more is unknown, and key frames that are far apart are waited for', () => {
  const usual = picturesOf(new FitnessJudge(LIMITS), [
    [0, true],
    [2000, true],
  ]);
  assert.equal(usual.judge(8000).state, 'black');
  assert.equal(usual.judge(8001).state, 'unknown');
  const seldom = picturesOf(new FitnessJudge(LIMITS), [
    [0, true],
    [10_000, true],
  ]);
  assert.equal(seldom.judge(30_000).state, 'black');
});

test('a limit of 0 means that nobody looks', () => {
  const deaf = picturesOf(new FitnessJudge({ blackSec: 2, silenceSec: 0 }), [[0, false]]);
  for (let atMs = 0; atMs <= 6000; atMs += 50) deaf.takeSound(true, atMs);
  assert.equal(deaf.judge(6000).state, 'fit');
  const blind = picturesOf(new FitnessJudge({ blackSec: 0, silenceSec: 5 }), [
    [0, true],
    [3000, true],
  ]);
  assert.equal(blind.judge(3000).state, 'unknown');
  blind.takeSound(false, 3000);
  assert.equal(blind.judge(3000).state, 'fit');
});

test('it is never black within the limit of a picture, whatever was seen before', () => {
  const look = fc.record({ afterMs: fc.integer({ min: 40, max: 4000 }), isBlack: fc.boolean() });
  fc.assert(
    fc.property(fc.array(look, { minLength: 1, maxLength: 40 }), (looks) => {
      const judge = new FitnessJudge(LIMITS);
      let atMs = 0;
      let pictureMs = 0;
      for (const { afterMs, isBlack } of looks) {
        atMs += afterMs;
        if (!isBlack) pictureMs = atMs;
        judge.takePicture(isBlack, atMs);
        const { state } = judge.judge(atMs);
        assert.equal(state === 'fit', !isBlack);
        if (state === 'black') assert.ok(atMs - pictureMs >= LIMITS.blackSec * 1000 - 100);
      }
    }),
  );
});

test('a verdict travels as a script tag, which is no metadata', () => {
  const verdict: Fitness = { state: 'black', sinceMs: 1_795_000_000_000 };
  const tag = formatFitnessTag(verdict, 40);
  assert.deepEqual([tag.type, tag.timestampMs], ['script', 40]);
  assert.deepEqual(parseFitnessTag(tag.data), verdict);
  assert.equal(parseMetaData(tag.data).size, 0);
});

test('other script tags are no verdict, and a damaged verdict is unknown', () => {
  assert.equal(parseFitnessTag(Buffer.from([2, 0, 10, ...Buffer.from('onMetaData'), 8, 0, 0, 0, 0])), null);
  assert.equal(parseFitnessTag(Buffer.alloc(0)), null);
  const { data } = formatFitnessTag({ state: 'fit', sinceMs: null }, 0);
  assert.equal(parseFitnessTag(data.subarray(0, -4))?.state, 'unknown');
});
