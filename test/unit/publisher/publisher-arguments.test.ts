import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatPublisherArguments,
  formatPublisherUnit,
  type TestPublisher,
} from '../../../src/lib/publisher/publisher-arguments.ts';

const publisher: TestPublisher = {
  stream: 'demo',
  width: 1280,
  height: 720,
  fps: '30000/1001',
  fontFile: '/font.ttf',
  kbps: 3000,
  audio: true,
  address: '127.0.0.9',
  rtmpPort: 1935,
  keyFile: '/secrets/publisher-demo',
};

/** The value after an option. */
function option(argv: readonly string[], name: string): string | undefined {
  return argv[argv.indexOf(name) + 1];
}

test('a key frame every 2 s, and the key only by the name of its file', () => {
  const argv = formatPublisherArguments(publisher);
  assert.equal(option(argv, '-g'), '60');
  assert.equal(option(argv, '-fpre'), '/secrets/publisher-demo');
  assert.equal(argv.at(-1), 'rtmp://127.0.0.9:1935/live');
});

test('without audio there is no audio input', () => {
  assert.ok(formatPublisherArguments(publisher).some((word) => word.startsWith('sine=')));
  const silent = formatPublisherArguments({ ...publisher, audio: false });
  assert.ok(!silent.some((word) => word.startsWith('sine=') || word === '-c:a'));
});

test('the unit is named after the stream and runs an absolute program', () => {
  const unit = formatPublisherUnit(publisher);
  assert.equal(unit.name, 'publisher-demo');
  assert.match(unit.argv[0], /^\//);
});
