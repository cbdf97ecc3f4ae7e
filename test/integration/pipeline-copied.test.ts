/** A copied stream with one publisher, whose ingest's contribution daemon is restarted in the middle of a group of pictures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../src/lib/base/clock.ts';
import { startPipeline } from '../../src/lib/pipeline/pipeline.ts';
import { assertBytesDecode, assertContiguous, wholeSegments } from '../support/assert-parts.ts';
import { testPicture } from '../support/fake-contribution.ts';
import { FeedSink, type ReceivedPart } from '../support/feed-sink.ts';
import { startRig } from '../support/pipeline-rig.ts';
import { until } from '../support/until.ts';

const ADDRESS = '127.226.1.1';
const ONE = [{ name: '180p', width: 320, height: 180, videoKbps: 300 }];

test('a restart of contribution and of a replica cost no more than the hole, and replicas stay the same', async (t) => {
  // Another preset than the source's: the slate has an init segment of its own.
  const rig = await startRig({
    address: ADDRESS,
    settings: { video: 'copy', preset: 'superfast', ladder: ONE },
  });
  const sink = new FeedSink();
  const config = rig.config('eu-1', await sink.listen(ADDRESS));
  const start = () => startPipeline(config, 'demo', { clock: systemClock, log: pino({ level: 'silent' }) });
  let restarted = await start();
  t.after(async () => {
    await restarted.close();
    await sink.close();
    await rig.close();
  });
  const steady = await rig.startReplica('us-1');
  const session = rig.contribution.publish({ arguments: testPicture({ audio: false }) });
  const parts = () => steady.sink.track('180p');
  await until(() => parts().length > 5 && steady.logged.includes('slate ready'), 'live parts');
  await until(() => parts().at(-1)?.part === 1, 'the middle of a segment');
  const cutAt = parts().length;
  session.die();
  await until(() => rig.contribution.subscribers === 0, 'the replicas to notice');
  session.revive();
  await until(() => liveAfter(parts(), cutAt) > 2, 'the picture to be back');
  await restarted.close();
  restarted = await start();
  const known = sink.track('180p').length;
  await until(() => liveAfter(sink.track('180p'), known) > 6, 'parts of the new process');

  const [one, other] = [wholeSegments(parts()), wholeSegments(sink.track('180p'))];
  let compared = 0;
  for (const [msn, own] of one) {
    const same = other.get(msn);
    if (same === undefined) continue;
    compared += 1;
    assert.ok(bytesOf(same).equals(bytesOf(own)), `segment ${msn} differs`);
    assert.ok(own[0]?.independent, `segment ${msn} begins with a key frame`);
    const init = steady.sink.inits.get(own[0].initId)!;
    assertBytesDecode(Buffer.concat([init, bytesOf(own)]), `segment ${msn}`);
  }
  assert.ok(compared >= 3, `${compared} segments compared`);
  assert.ok(
    [...one.values()].flat().some(({ slate }) => slate),
    'the hole is among them',
  );
  for (const feed of [steady.sink, sink]) assertContiguous(feed.track('180p'));
  assert.deepEqual(described(sink), described(steady.sink));
});

function liveAfter(parts: readonly ReceivedPart[], index: number): number {
  return parts.slice(index).filter(({ slate }) => !slate).length;
}

function bytesOf(parts: readonly ReceivedPart[]): Buffer {
  return Buffer.concat(parts.map(({ bytes }) => bytes));
}

function described({ tracks }: FeedSink): unknown {
  return tracks?.tracks.map(({ id, codecs }) => [id, codecs]);
}
