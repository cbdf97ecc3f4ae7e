import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayEnter } from '../../../../src/lib/publisher/relay/door.ts';

const at = (address: string, key = 'sk_gala_1') => ({ listen: { address, port: 1935 }, key });

test('on a loopback address any name may publish', () => {
  assert.ok(mayEnter(at('127.0.0.1'), 'anything'));
});

test('elsewhere only the stream key may', () => {
  assert.ok(mayEnter(at('0.0.0.0'), 'sk_gala_1'));
  assert.ok(!mayEnter(at('0.0.0.0'), 'anything'));
  assert.ok(!mayEnter(at('192.168.1.20'), ''));
  assert.ok(mayEnter(at('192.168.1.20', 'name?token=1'), 'name'));
});
