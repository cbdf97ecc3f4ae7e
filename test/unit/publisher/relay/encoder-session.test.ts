import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlvTag } from '../../../../src/lib/media/flv.ts';
import { EncoderSession } from '../../../../src/lib/publisher/relay/encoder-session.ts';

const T0 = 1_700_000_000_000;

function frame(timestampMs: number, isKeyFrame = false): FlvTag {
  return { type: 'video', timestampMs, data: Buffer.from([1]), isKeyFrame, isSequenceHeader: false };
}

/** A session that notes what it says. */
function follow(earlierEpochMs: number | null = null) {
  const said: string[] = [];
  const session = new EncoderSession(
    {
      onClock: (epochMs) => said.push(`clock ${epochMs - T0}`),
      onClockLost: () => said.push('lost'),
      onTag: () => undefined,
    },
    earlierEpochMs,
  );
  return { said, session };
}

/** Sends frames from `fromMs` to `toMs` of media time, each `lateMs` after it was made. */
function send(session: EncoderSession, fromMs: number, toMs: number, lateMs: (at: number) => number): void {
  for (let at = fromMs; at < toMs; at += 40) session.take(frame(at, at % 1000 === 0), T0 + at + lateMs(at));
}

test('the epoch is measured once, from the packet that was least late, as a whole number', () => {
  const { said, session } = follow();
  send(session, 0, 1000, (at) => (at === 80 ? 20.4 : 60));
  assert.deepEqual(said, ['clock 20']);
  assert.equal(session.epochMs, T0 + 20);
});

test('an encoder that comes back within its own clock keeps the epoch', () => {
  const { said, session } = follow(T0 + 20);
  send(session, 30_000, 31_000, () => 150);
  assert.deepEqual(said, ['clock 20']);
});

test('an encoder whose timestamps begin anew gets a new epoch', () => {
  const { said, session } = follow(T0 - 60_000);
  send(session, 0, 1000, () => 50);
  assert.deepEqual(said, ['clock 50']);
});

test('timestamps that jump back end the session, and the next one begins at a key frame', () => {
  const { said, session } = follow();
  send(session, 0, 3000, () => 0);
  for (let at = 0; at < 400; at += 40) session.take(frame(at, at === 120), T0 + 3000 + at);
  assert.deepEqual(said, ['clock 0', 'lost', 'clock 3000']);
  assert.equal(session.replay()[0]?.timestampMs, 120);
});

test('an encoder whose clock is a little fast begins another session with what it sent since the last key frame', () => {
  const { said, session } = follow();
  let at = 0;
  for (; !said.includes('lost'); at += 40) session.take(frame(at, at % 1000 === 0), T0 + 0.97 * at);
  assert.equal(session.replay()[0]?.timestampMs, Math.floor((at - 40) / 1000) * 1000);
});

test('what is replayed are the headers and the tags since the last key frame', () => {
  const { session } = follow();
  const header = { ...frame(0), isSequenceHeader: true };
  session.take(header, T0);
  send(session, 0, 1500, () => 0);
  assert.deepEqual(
    session
      .replay()
      .slice(0, 3)
      .map((tag) => [tag.timestampMs, tag.isSequenceHeader]),
    [
      [1000, true],
      [1000, false],
      [1040, false],
    ],
  );
});
