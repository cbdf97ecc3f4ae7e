import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import Hls from 'hls.js';
import { buildPlayer } from '../../../bin/build-player.ts';
import { createHedgedLoader } from '../../../src/lib/player/hedged-loader.ts';
import type * as declared from '../../../templates/player/hedged-loader.d.ts';

const root = join(import.meta.dirname, '../../..');

test('the file that the edges serve is what its types say', async () => {
  // The compiler compares what is declared with what is made of the sources.
  const made: typeof declared.createHedgedLoader = createHedgedLoader;
  assert.equal(typeof made(Hls).hedge.steer, 'function');
  const www = await mkdtemp(join(tmpdir(), 'streamctl-www-'));
  try {
    await buildPlayer(root, www);
    const types = await readFile(join(www, 'assets/hedged-loader.d.ts'), 'utf8');
    const served: typeof declared = await import(pathToFileURL(join(www, 'assets/hedged-loader.js')).href);
    assert.deepEqual(
      Object.keys(served).filter((name) => !types.includes(`export function ${name}(`)),
      [],
    );
    const { hedge } = served.createHedgedLoader(Hls);
    assert.deepEqual([hedge.inUse, hedge.pathways, hedge.tally.switches], [null, [], 0]);
  } finally {
    await rm(www, { recursive: true });
  }
});
