import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PreparedTrack } from '../../../src/lib/pipeline/live-video.ts';
import type { SlateClip } from '../../../src/lib/pipeline/slate-clip.ts';
import { collectClips, type SlateOptions } from '../../../src/lib/pipeline/slate-maker.ts';
import { SlateSet } from '../../../src/lib/pipeline/slate-set.ts';
import { DEFAULT_SETTINGS } from '../../../src/lib/spec/defaults.ts';

const RATE = { num: 30, den: 1 };
const CLIP: SlateClip = {
  init: { bytes: Buffer.alloc(8), initId: 'aaaaaaaaaaaa', codecs: 'avc1.42c01e', timescale: 90_000 },
  samples: [],
};

/** A set whose slates the test makes, and what came of it. */
function setUp() {
  const clips = new Map<string, SlateClip | null>();
  const asked: { readonly names: string; make(): void; fail(): void }[] = [];
  const told: string[] = [];
  const clock = { ms: 1000, nowMs: () => clock.ms };
  const slates = new SlateSet({
    ...{ settings: DEFAULT_SETTINGS, clock, directory: '/none' },
    onSlateReady: () => told.push('ready'),
    onSlateFailure: (reason) => told.push(reason),
    make: ({ renditions }: SlateOptions) =>
      new Promise((resolve, reject) => {
        asked.push({
          names: renditions.map(({ name, width }) => `${name} ${width}`).join(),
          make: () => resolve(renditions.map(() => CLIP)),
          fail: () => reject(new Error('no space left')),
        });
      }),
  });
  const track = (name: string, width: number): PreparedTrack => ({
    rendition: { name, width, height: 90, videoKbps: 100 },
    track: { isLive: true, setClip: (clip: SlateClip | null) => clips.set(name, clip) } as never,
  });
  slates.setKind('libx264', RATE);
  return { slates, track, clips, asked, told, clock };
}

test('a slate that failed is said to, and tried again after ten seconds until it is there', async () => {
  const { slates, track, clips, asked, told, clock } = setUp();
  const prepared = [track('480p', 854), track('240p', 426)];
  assert.equal(slates.failureOf(prepared), null);
  const first = slates.refresh(prepared);
  assert.equal(slates.failureOf(prepared), null, 'nothing has failed while the first is being made');
  asked[0]!.fail();
  await first;
  assert.equal(slates.failureOf(prepared), 'no space left');
  clock.ms += 9000;
  await slates.refresh(prepared);
  assert.equal(asked.length, 1, 'not yet');
  clock.ms += 1000;
  const second = slates.refresh(prepared);
  assert.equal(slates.failureOf(prepared), 'no space left', 'until there is one');
  await slates.refresh(prepared);
  assert.deepEqual(
    asked.map(({ names }) => names),
    ['480p 854,240p 426', '480p 854,240p 426'],
    'one at a time',
  );
  asked[1]!.make();
  await second;
  assert.deepEqual([clips.size, slates.failureOf(prepared), told], [2, null, ['no space left', 'ready']]);
  clock.ms += 60_000;
  await slates.refresh(prepared);
  assert.equal(asked.length, 2, 'what is there is not made again');
});

test('a failure of what is not wanted any more says and forgets nothing', async () => {
  const { slates, track, clips, asked } = setUp();
  const small = [track('480p', 426)];
  const large = [track('480p', 854)];
  const old = slates.refresh(small);
  const wanted = slates.refresh(large);
  asked[1]!.make();
  await wanted;
  asked[0]!.fail();
  await old;
  assert.deepEqual([slates.failureOf(large), clips.get('480p')], [null, CLIP]);
});

test('an ffmpeg that makes no frame is ended', async () => {
  const source = ['-re', '-f', 'lavfi', '-i', 'color=s=16x16', '-f', 'null', '-'];
  await assert.rejects(
    collectClips('slate', { arguments: ['-v', 'error', ...source], outputs: 1, silentMs: 300 }),
    /make the slate with ffmpeg: no frame for 0.3 s: killed by SIGKILL/,
  );
});
