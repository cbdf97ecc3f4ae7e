import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDoorConf, formatDoorUrl } from '../../../../src/lib/publisher/relay/door-conf.ts';

const conf = formatDoorConf({ address: '0.0.0.0', port: 19350, hookPort: 4321, dir: '/d' });

test('one process in the foreground, so that it ends with the relay', () => {
  assert.match(conf, /^daemon off;$/m);
  assert.match(conf, /^master_process off;$/m);
});

test('names of streams are not written anywhere: one may be the key', () => {
  assert.match(conf, /access_log off;/);
  assert.match(conf, /error_log stderr error;/);
});

test('only this machine reads what the encoder sends', () => {
  assert.match(conf, /allow play 127\.0\.0\.1;\s+allow play 127\.0\.0\.1;\s+deny play all;/);
  assert.equal(formatDoorUrl({ address: '0.0.0.0', port: 19350 }), 'rtmp://127.0.0.1:19350/live/in');
  assert.equal(formatDoorUrl({ address: '10.0.0.7', port: 1935 }), 'rtmp://10.0.0.7:1935/live/in');
});
