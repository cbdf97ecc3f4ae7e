import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, startBrowser } from '../support/browser.ts';
import { startForeignPage } from '../support/foreign-page.ts';
import { readFigures, waitForState } from '../support/page-figures.ts';
import { type RegionEdges, type RegionLoss, startRegionEdges } from '../support/region-edges.ts';
import { takeGaps, watchGaps } from '../support/watch-gaps.ts';

let browser: Browser;
let edges: RegionEdges;
before(async () => {
  edges = await startRegionEdges(['127.205.6.1', '127.205.7.1']);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await edges?.close();
});

const LOSSES: readonly RegionLoss[] = ['kill', 'stop', 'old-200', 'held-200'];

for (const loss of LOSSES) {
  test(`nobody sees the loss of a region (${loss}), nor the way back`, async () => {
    const page = await browser.open(edges.us.watchUrl, { width: 640, height: 480 });
    await waitForState(page, 'live');
    await page.waitForFunction('window.streamctl.node === "us-1" && window.streamctl.bufferSec > 1');
    await watchGaps(page);
    await page.waitForFunction('window.gapWatch.frames > 90');
    const before = await readFigures(page);
    await takeGaps(page);

    await edges.us.lose(loss);
    await page.waitForFunction('window.streamctl.node === "eu-1" && window.gapWatch.frames > 120');
    const away = await takeGaps(page);
    await edges.us.heal();
    await page.waitForFunction('window.streamctl.node === "us-1"', undefined, { timeout: 30_000 });
    await page.waitForFunction('window.gapWatch.frames > 120');
    const back = await takeGaps(page);

    assert.deepEqual([away.visible, back.visible], [[], []]);
    const after = await readFigures(page);
    assert.deepEqual([after.stalls, after.errors, after.state], [before.stalls, before.errors, 'live']);
    const fartherSec = after.behindLiveSec! - before.behindLiveSec!;
    assert.ok(
      fartherSec < 0.5,
      `${before.behindLiveSec} s behind live before, ${after.behindLiveSec} s after`,
    );
    await page.close();
  });
}

test('a page of somebody else gets the same with two lines', async () => {
  const foreign = await startForeignPage('127.205.8.1', { edgeUrl: edges.us.baseUrl, stream: 'test' });
  const page = await browser.open(foreign.url, { width: 640, height: 480 });
  try {
    await page.waitForFunction('document.querySelector("video").currentTime > 0');
    await page.waitForFunction('window.hedge.pathways.length === 2');
    await watchGaps(page);
    await page.waitForFunction('window.gapWatch.frames > 90');
    await takeGaps(page);
    await edges.us.lose('stop');
    await page.waitForFunction('window.hedge.inUse.name === "eu-1" && window.gapWatch.frames > 120');
    assert.deepEqual((await takeGaps(page)).visible, []);
  } finally {
    await edges.us.heal();
    await page.close();
    await foreign.close();
  }
});
