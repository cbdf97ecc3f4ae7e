import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRelay, formatRelayChanges, formatRelayState } from '../../../src/lib/cli/relay-story.ts';
import type { RelayReport, TargetReport } from '../../../src/lib/publisher/relay/relay-report.ts';

const target = (more: Partial<TargetReport> = {}): TargetReport => ({
  url: 'rtmp://us/live',
  state: 'connected',
  behindMs: 0,
  droppedTags: 0,
  gaps: 0,
  connections: 1,
  fault: null,
  ...more,
});
const report = (...targets: TargetReport[]): RelayReport => ({
  encoder: { state: 'connected', from: '127.0.0.1', epochMs: 1 },
  targets,
});

test('a change is told once', () => {
  const lost = target({ state: 'retrying', fault: 'it does not answer' });
  assert.deepEqual(formatRelayChanges(report(target()), report(lost)), [
    'rtmp://us/live   trying again: it does not answer',
  ]);
  assert.deepEqual(formatRelayChanges(report(lost), report(lost)), []);
});

test('what was left out for a target is told with its number', () => {
  const behind = target({ gaps: 1, droppedTags: 70 });
  assert.deepEqual(formatRelayChanges(report(target()), report(behind)), [
    'rtmp://us/live   too far behind: 70 frames left out, up to the next key frame',
  ]);
});

test('the state says of each target how it is', () => {
  assert.deepEqual(formatRelayState(report(target({ behindMs: 1240, droppedTags: 3 }))), [
    '  encoder         connected from 127.0.0.1',
    '  rtmp://us/live  connected, behind by 1.2 s, 3 frames left out',
  ]);
});

test('an encoder of this machine is told to use any key, another one the real one', () => {
  assert.ok(describeRelay('rtmp://127.0.0.1:1935/live', []).some((line) => line.includes('any word')));
  assert.ok(describeRelay('rtmp://0.0.0.0:1935/live', []).some((line) => line.endsWith('the stream key')));
});
