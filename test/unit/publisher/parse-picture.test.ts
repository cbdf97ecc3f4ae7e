import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePicture } from '../../../src/lib/publisher/parse-picture.ts';

test('sizes and rates are parsed, the odd rates of television exactly', () => {
  assert.deepEqual(parsePicture('1280x720', '30'), { width: 1280, height: 720, fps: '30/1' });
  assert.equal(parsePicture('640x360', '29.97').fps, '30000/1001');
});

for (const [size, fps] of [
  ['1280', '30'],
  ['1281x720', '30'],
  ['16x9', '30'],
  ['99999x720', '30'],
  ['1280x720', '0'],
  ['1280x720', '12.5'],
  ['1280x720', '1e1000'],
  ['1280x720,drawbox', '30'],
] as const) {
  test(`${size} at ${fps} is refused`, () => {
    assert.throws(() => parsePicture(size, fps), { code: 'USAGE' });
  });
}
