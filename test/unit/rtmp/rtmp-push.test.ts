import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlayPathFile, formatPushArguments } from '../../../src/lib/rtmp/rtmp-push.ts';

const argv = formatPushArguments('rtmp://host:1935/live', '/dir/play-path');

test('bytes pass through untouched: no demuxer and no muxer but data', () => {
  const formats = argv.flatMap((word, index) => (word === '-f' ? [argv[index + 1]] : []));
  assert.deepEqual(formats, ['data', 'data']);
  assert.equal(argv.at(-1), 'rtmp://host:1935/live');
});

test('the play path is known by the name of its file alone', () => {
  assert.equal(argv[argv.indexOf('-fpre') + 1], '/dir/play-path');
  assert.equal(formatPlayPathFile('sk_a?epoch=1'), 'rtmp_playpath=sk_a?epoch=1\n');
});

test('it ends with whoever started it', () => {
  assert.deepEqual(argv.slice(0, 4), ['setpriv', '--pdeathsig', 'KILL', 'ffmpeg']);
});
