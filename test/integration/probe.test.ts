import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { FeedFrame } from '../../src/lib/feed/message.ts';
import { observeStream } from '../../src/lib/probe/observe-stream.ts';
import { judgeObservation, probeStream } from '../../src/lib/probe/probe-stream.ts';
import { askUntil, cleanUp, openFeed, peer, startTestOrigin } from '../support/origin-node.ts';
import { AUDIO, frame, msnAt, opening, PARTS, part, segments, VIDEO } from '../support/synthetic-feed.ts';

const TRACKS = [VIDEO, AUDIO];

/** The bytes of a box of this type, so that media looks like media. */
function box(type: string, bytes: number): Buffer {
  const body = Buffer.alloc(bytes);
  body.writeUInt32BE(bytes, 0);
  body.write(type, 4, 'latin1');
  return body;
}

const asBoxes = (frames: readonly FeedFrame[]): FeedFrame[] =>
  frames.map(({ message, body }) =>
    frame(message, message.type === 'init' ? box('ftyp', 24) : body.length > 0 ? box('moof', 40) : body),
  );

let host = 0;

/** An origin that gets a part of each track every part target. */
async function startLive(t: TestContext): Promise<string> {
  host += 1;
  const { url } = await startTestOrigin(t, peer('us-1', `127.202.50.${host}`));
  const feed = openFeed(t, url);
  const next = msnAt(Date.now());
  feed.send(asBoxes([...opening(), ...segments(next - 20, 20)]));
  let count = 0;
  const timer = setInterval(() => {
    const at = { msn: next + Math.floor(count / PARTS), part: count % PARTS };
    feed.send(asBoxes(TRACKS.map((track) => part({ track, ...at }))));
    count += 1;
  }, 480);
  cleanUp(t, () => clearInterval(timer));
  await askUntil(`${url}/live/demo/audio/index.m3u8`, ({ status }) => status === 200);
  return `${url}/live/demo/index.m3u8`;
}

test('our own origin passes every check of the probe', async (t) => {
  const url = await startLive(t);
  const { ok, checks } = await probeStream(url, { durationSec: 2 });
  const broken = checks.filter((check) => !check.ok);
  assert.deepEqual(broken, []);
  assert.ok(ok && checks.length >= 20);
});

test('each broken rule is named: what the origin said, spoilt one way at a time', async (t) => {
  const good = await observeStream(await startLive(t), { durationSec: 2 });
  const [first, ...others] = good.renditions;
  const [load, ...rest] = first!.loads;
  const spoil = (
    playlist: Partial<typeof load extends undefined ? never : NonNullable<typeof load>['playlist']>,
  ) => ({
    ...good,
    renditions: [
      { ...first!, loads: [{ ...load!, playlist: { ...load!.playlist, ...playlist } }, ...rest] },
      ...others,
    ],
  });
  const control = load!.playlist.serverControl!;
  for (const [name, observation] of [
    ['no segment is longer than the target duration', spoil({ targetDurationSec: 1 })],
    ['no part is longer than the part target', spoil({ partTargetSec: 0.4 })],
    ['hold-backs leave players room', spoil({ serverControl: { ...control, partHoldBackSec: 1 } })],
    [
      'blocking reloads bring what they asked for',
      spoil({ serverControl: { ...control, canBlockReload: false } }),
    ],
    ['a preload hint names the part that comes next', spoil({ preloadHintUri: 'never.m4s' })],
    [
      'rendition reports say how far the others are',
      spoil({ renditionReports: [{ uri: 'x', lastMsn: 1, lastPart: 0 }] }),
    ],
    ['sequence numbers never go back', spoil({ mediaSequence: load!.playlist.mediaSequence + 50 })],
    [
      'requests far ahead and malformed',
      { ...good, renditions: [{ ...first!, refusals: { ahead: 200, malformed: 400 } }] },
    ],
    [
      'a segment is the sum of its parts',
      { ...good, renditions: [{ ...first!, segment: { ...first!.segment!, parts: [] } }] },
    ],
  ] as const) {
    const broken = judgeObservation(observation).filter(({ ok }) => !ok);
    assert.ok(
      broken.some((check) => check.name.startsWith(name)),
      `${name}: ${JSON.stringify(broken)}`,
    );
  }
});

test('an address where nobody listens, and a stream that does not exist, are told apart', async (t) => {
  const { url } = await startTestOrigin(t, peer('us-1', '127.202.50.9'));
  await assert.rejects(probeStream(`${url}/live/none/index.m3u8`, { durationSec: 1 }), { code: 'NOT_FOUND' });
  await assert.rejects(probeStream('http://127.202.50.8:8081/', { durationSec: 1 }), { code: 'NOT_RUNNING' });
});
