import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatPlayPath,
  parseKey,
  parseListen,
  parseTarget,
} from '../../../../src/lib/publisher/relay/play-path.ts';

test('the play path is the key with the epoch in whole milliseconds', () => {
  assert.equal(formatPlayPath('sk_a', 1_700_000_000_000.4), 'sk_a?epoch=1700000000000');
  assert.equal(formatPlayPath('name?token=1', 5), 'name?token=1&epoch=5');
});

test('the key is the first line of its file', () => {
  assert.equal(parseKey('sk_gala_1\n'), 'sk_gala_1');
  assert.equal(parseKey('  sk_gala_1  \nrest'), 'sk_gala_1');
});

const BAD: readonly [string, () => unknown][] = [
  ['an empty key file', () => parseKey('\n')],
  ['a key of two words', () => parseKey('two words')],
  ['a target without an app', () => parseTarget('rtmp://host')],
  ['a target that is no RTMP', () => parseTarget('http://host/live')],
  ['a target that holds the key', () => parseTarget('rtmp://host/live/sk_secret_1')],
  ['a target that holds it as a query', () => parseTarget('rtmp://host/live?key=1')],
  ['a port that is none', () => parseListen('127.0.0.1:99999')],
  ['an address that is none', () => parseListen('300.0.0.1')],
  ['a name', () => parseListen('localhost:1935')],
];
for (const [what, parse] of BAD) {
  test(`${what} is a fault of usage, told without the key`, () => {
    assert.throws(parse, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'USAGE');
      assert.ok(!error.message.includes('secret'));
      return true;
    });
  });
}

test('a target loses its last slash, a listener gets the usual port', () => {
  assert.equal(parseTarget('rtmp://host:1936/live/'), 'rtmp://host:1936/live');
  assert.deepEqual(parseListen('0.0.0.0'), { address: '0.0.0.0', port: 1935 });
  assert.deepEqual(parseListen('127.0.0.1:19350'), { address: '127.0.0.1', port: 19350 });
});
