import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrail } from '../../../src/lib/agent/audit-trail.ts';
import type { AuditEvent } from '../../../src/lib/store/records.ts';

const event = (what: AuditEvent['what'], stream: string, subject = '', atMs = 10_000): AuditEvent => ({
  atMs,
  who: 'test',
  what,
  stream,
  subject,
});

test('a stream counts as removed while that is the last word on it', () => {
  const { removedStreams } = readTrail([
    event('stream-added', 'gone'),
    event('stream-removed', 'gone'),
    event('stream-removed', 'back'),
    event('stream-added', 'back'),
  ]);
  assert.deepEqual([...removedStreams], ['gone']);
});

test('an ended key stays ended', () => {
  const { endedKeys } = readTrail([event('key-ended', 'demo', 'k1'), event('key-added', 'demo', 'k2')]);
  assert.deepEqual([...endedKeys], ['k1']);
});

test('a short trail has everything; a full one what happened since its oldest entry, clocks allowed for', () => {
  assert.equal(readTrail([]).covers(0), true);
  assert.equal(readTrail([event('key-added', 'demo')]).covers(0), true);
  const full = readTrail(Array.from({ length: 1000 }, (_, index) => event('key-added', 's', `${index}`)));
  assert.equal(full.covers(11_999), false);
  assert.equal(full.covers(12_000), true);
});
