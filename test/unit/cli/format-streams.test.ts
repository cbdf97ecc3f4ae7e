import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatIssuedKey, formatStreams } from '../../../src/lib/cli/views/format-streams.ts';

const NOW_MS = 1_800_000_000_000;
const key = (keyId: string, kind: 'user' | 'test' = 'user') => ({ keyId, kind, createdMs: NOW_MS });
const session = {
  stream: 'gala',
  sessionId: NOW_MS - 200_000,
  node: 'us-1',
  client: 'c',
  clientAddress: 'a',
  keyId: 'aa',
};

test('streams are a line each, aligned, without the test key', () => {
  const streams = [
    { name: 'demo', createdMs: NOW_MS, keys: [key('aa'), key('bb'), key('cc', 'test')], session: null },
    { name: 'gala', createdMs: NOW_MS, keys: [], session },
  ];
  assert.deepEqual(formatStreams(streams, NOW_MS), [
    '  stream  published          key ids',
    '  demo    –                  aa bb',
    '  gala    for 3 min on us-1  none',
  ]);
});

test('names from the store cannot act on the terminal', () => {
  const evil = 'x\u001b[2J\u0007';
  const streams = [{ name: evil, createdMs: NOW_MS, keys: [key(evil)], session: { ...session, node: evil } }];
  assert.doesNotMatch(formatStreams(streams, NOW_MS).join(''), /\p{Cc}/u);
});

test('no streams say how to add one', () => {
  assert.match(formatStreams([], NOW_MS).join(), /stream add NAME/);
});

test('a new key is shown with the servers to publish to', () => {
  const places = [{ region: 'us', url: 'rtmp://127.1.1.1/live' }];
  const lines = formatIssuedKey('added', { name: 'demo', key: 'sk_demo_x', keyId: 'aa' }, places);
  assert.deepEqual(lines, [
    '  ✔ added stream demo',
    '  server     rtmp://127.1.1.1/live   (us)',
    '  key        sk_demo_x   (id aa; shown once)',
  ]);
});
