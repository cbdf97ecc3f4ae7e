import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertContiguous, assertDecodes, shapeOf, wholeSegments } from '../support/assert-parts.ts';
import { type PublishedSession, testPicture } from '../support/fake-contribution.ts';
import type { ReceivedPart } from '../support/feed-sink.ts';
import { type PipelineRig, type Replica, type RigOptions, startRig } from '../support/pipeline-rig.ts';
import { until } from '../support/until.ts';

const ONE = [{ name: '180p', width: 320, height: 180, videoKbps: 300 }];
/** A machine without CPU for a moment is not what these tests are about. */
const PATIENT = { afterSec: 5, maxSec: 30, text: 'Back soon' };
const BEGINNING = 'contribution';
const GOES_ON = 'contribution goes on from another session';

async function withReplicas(
  options: RigOptions,
  run: (rig: PipelineRig, replicas: readonly Replica[]) => Promise<void>,
): Promise<void> {
  const rig = await startRig({ ...options, settings: { ladder: ONE, slate: PATIENT, ...options.settings } });
  try {
    await run(rig, [await rig.startReplica('us-1'), await rig.startReplica('eu-1')]);
  } finally {
    await rig.close();
  }
}

const count = ({ logged }: Replica, word: string) => logged.filter((line) => line === word).length;
const reads = (replicas: readonly Replica[], { sessionId }: PublishedSession) =>
  until(
    () => replicas.every(({ sink }) => sink.status?.sessionId === sessionId && sink.status.state === 'live'),
    `both replicas to read ${sessionId}`,
  );
/** Waits until every replica has closed so many more segments than it has now. */
async function more(replicas: readonly Replica[], segments: number): Promise<void> {
  const known = replicas.map(({ sink }) => wholeSegments(sink.track('180p')).size);
  await until(
    () => replicas.every(({ sink }, i) => wholeSegments(sink.track('180p')).size >= known[i]! + segments),
    'whole segments',
  );
}

function assertSame(replicas: readonly Replica[], track: string): void {
  for (const [msn, [one, other]] of commonSegments(replicas, track)) {
    assert.deepEqual(other.map(shapeOf), one.map(shapeOf), `segment ${msn}`);
  }
}

/**
 * Replicas leave what ended some frames apart, and the frame that follows the slate starts up to half a frame off: of the
 * last segment that both have it is said that it has as many frames.
 */
function assertAlike(replicas: readonly Replica[], track: string): void {
  const framesOf = (parts: readonly ReceivedPart[]) => parts.reduce((sum, { frames }) => sum + frames, 0);
  const [msn, [one, other]] = commonSegments(replicas, track).at(-1)!;
  assert.equal(framesOf(other), framesOf(one), `frames of segment ${msn}`);
}

type Pair = readonly [readonly ReceivedPart[], readonly ReceivedPart[]];

/** At least one, in order. */
function commonSegments([one, other]: readonly Replica[], track: string): [number, Pair][] {
  const [first, second] = [wholeSegments(one!.sink.track(track)), wholeSegments(other!.sink.track(track))];
  const common = [...first].flatMap(([msn, parts]): [number, Pair][] => {
    const others = second.get(msn);
    return others === undefined ? [] : [[msn, [parts, others]]];
  });
  assert.ok(common.length >= 1, `${common.length} common segments of ${track}`);
  return common;
}

const faults: [string, (active: PublishedSession) => void][] = [
  ['its ingest node dies', (active) => active.die()],
  ['its ingest node freezes', (active) => active.stall()],
];

describe('two regions have the publisher of a stream', { concurrency: 2 }, () => {
  for (const [index, [what, fault]] of faults.entries()) {
    test(`one encoder, ${what}: no slate, no new encoder, and both replicas go on alike`, () =>
      withReplicas({ address: `127.211.2.${index + 1}` }, async (rig, replicas) => {
        const active = rig.contribution.publish({ arguments: testPicture({}) });
        const reserve = rig.abroad.relay(active);
        await reads(replicas, active);
        await more(replicas, 1);
        const faultMs = Date.now();
        fault(active);
        await reads(replicas, reserve);
        await more(replicas, 2);
        for (const replica of replicas) {
          const { sink } = replica;
          for (const track of ['180p', 'audio']) {
            assertContiguous(sink.track(track));
            assertDecodes(sink, track);
          }
          const after = sink.track('180p').filter((part) => part.arrivedMs > faultMs);
          assert.equal(after.filter((part) => part.slate || part.discontinuity).length, 0);
          assert.equal(count(replica, BEGINNING), 1);
          assert.ok(count(replica, GOES_ON) >= 1);
        }
        for (const track of ['180p', 'audio']) assertSame(replicas, track);
      }));
  }

  test('one publisher that comes back in the other region: the slate, then live on the same timeline', () =>
    withReplicas(
      { address: '127.211.2.12', settings: { slate: { ...PATIENT, afterSec: 0.75 } } },
      async (rig, replicas) => {
        const first = rig.contribution.publish({ arguments: testPicture({}) });
        await reads(replicas, first);
        await more(replicas, 1);
        first.stop();
        await until(() => replicas.every(({ sink }) => sink.status?.state === 'slate'), 'the slate');
        const second = rig.abroad.publish({ arguments: testPicture({ gop: 50 }) });
        await reads(replicas, second);
        await more(replicas, 2);
        for (const { sink } of replicas) {
          assertContiguous(sink.track('180p'));
          assertDecodes(sink, '180p');
        }
        assertAlike(replicas, '180p');
      },
    ));

  test('two encoders: the other one is live on the same timeline, alike in both replicas', () =>
    withReplicas({ address: '127.211.2.11' }, async (rig, replicas) => {
      const active = rig.contribution.publish({ arguments: testPicture({}) });
      const reserve = rig.abroad.publish({ arguments: testPicture({ gop: 50 }) });
      await reads(replicas, active);
      await more(replicas, 1);
      active.die();
      await reads(replicas, reserve);
      await more(replicas, 2);
      for (const { sink } of replicas) {
        assertContiguous(sink.track('180p'));
        assertDecodes(sink, '180p');
      }
      assertAlike(replicas, '180p');
    }));

  test('two encoders, the active one is black: both replicas read the other one, on the same timeline', () =>
    withReplicas({ address: '127.211.2.13' }, async (rig, replicas) => {
      const active = rig.contribution.publish({ arguments: testPicture({}) });
      const reserve = rig.abroad.publish({ arguments: testPicture({ gop: 50 }) });
      await reads(replicas, active);
      await more(replicas, 1);
      reserve.see('fit');
      active.see('black');
      await reads(replicas, reserve);
      await more(replicas, 2);
      for (const { sink } of replicas) {
        assertContiguous(sink.track('180p'));
        assertDecodes(sink, '180p');
        assert.equal(sink.track('180p').filter(({ slate }) => slate).length, 0);
      }
      assertAlike(replicas, '180p');
    }));
});
