import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FfmpegExit, startFfmpeg } from '../../../src/lib/pipeline/ffmpeg-process.ts';

function runFfmpeg(argv: readonly string[]): Promise<FfmpegExit> {
  return new Promise((resolve) => {
    startFfmpeg({ arguments: argv, outputs: 0, onEvent: () => {}, onEnd: resolve }).end();
  });
}

test('startFfmpeg() listens to the end of this process once, and not at all while no ffmpeg runs', async () => {
  const before = process.listenerCount('exit');
  for (let count = 0; count < 3; count += 1) {
    const ended = runFfmpeg(['-version']);
    const other = runFfmpeg(['-version']);
    assert.equal(process.listenerCount('exit'), before + 1);
    assert.deepEqual([(await ended).ok, (await other).ok], [true, true]);
    assert.equal(process.listenerCount('exit'), before);
  }
});
