import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { COUNTER_BITS, counterCells, readCounter } from '../../../src/lib/publisher/counter.ts';
import { findFont } from '../../../src/lib/publisher/find-font.ts';
import { formatTestPicture } from '../../../src/lib/publisher/test-picture.ts';

/** Draws the squares of a number. */
function picture(value: number, size: { width: number; height: number }): (x: number, y: number) => number {
  const cells = counterCells(size.width, size.height);
  const bits = [...value.toString(2).padStart(COUNTER_BITS, '0')].map(Number);
  bits.push(bits.reduce((sum, bit) => sum + bit, 0) % 2);
  return (x, y) => {
    const index = cells.findIndex((c) => x >= c.x && x < c.x + c.size && y >= c.y && y < c.y + c.size);
    return index === -1 ? 128 : bits[index]! * 219 + 16;
  };
}

const sizes = fc.constantFrom([1280, 720], [426, 240], [256, 144], [1920, 1080], [640, 480]);

test('every number can be read back at every size', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** COUNTER_BITS - 1 }), sizes, (value, [width, height]) => {
      const size = { width: width!, height: height! };
      assert.equal(readCounter(picture(value, size), size.width, size.height), value);
    }),
  );
});

test('a picture without squares, and one with a wrong bit, read as null', () => {
  assert.equal(
    readCounter(() => 128, 1280, 720),
    null,
  );
  const right = picture(5, { width: 1280, height: 720 });
  const last = counterCells(1280, 720).at(-1)!;
  const wrong = (x: number, y: number): number => (x >= last.x ? 235 : right(x, y));
  assert.equal(readCounter(wrong, 1280, 720), null);
});

test('a square is at least 16 pixels wide at 1280x720 and inside the picture', () => {
  for (const [width, height] of [
    [1280, 720],
    [256, 144],
  ] as const) {
    for (const cell of counterCells(width, height)) {
      assert.ok(cell.x >= 0 && cell.x + cell.size <= width && cell.y + cell.size <= height);
    }
  }
  assert.ok(counterCells(1280, 720)[0]!.size >= 16);
});

test('what ffmpeg draws is what readCounter() reads, frame by frame', async () => {
  const [width, height] = [640, 360];
  const graph = formatTestPicture({ stream: 'demo', width, height, fps: '30/1', fontFile: await findFont() });
  const drawn = spawnSync(
    'ffmpeg',
    [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      graph,
      '-frames:v',
      '40',
      '-vf',
      'format=gray',
      '-f',
      'rawvideo',
      '-',
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  assert.equal(drawn.stderr.toString(), '');
  const frameBytes = width * height;
  assert.equal(drawn.stdout.length, 40 * frameBytes);
  for (let frame = 0; frame < 40; frame++) {
    const lumaAt = (x: number, y: number): number => drawn.stdout[frame * frameBytes + y * width + x]!;
    assert.equal(readCounter(lumaAt, width, height), frame);
  }
});
