import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, startBrowser } from '../support/browser.ts';
import { startForeignPage } from '../support/foreign-page.ts';
import { readFigures, waitForState } from '../support/page-figures.ts';
import { type RegionEdges, startRegionEdges } from '../support/region-edges.ts';

let browser: Browser;
let edges: RegionEdges;
before(async () => {
  edges = await startRegionEdges(['127.205.11.1', '127.205.12.1']);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await edges?.close();
});

/** Players ask every 5 s here; ten seconds are promised. */
const MOVED = { timeout: 10_000 };

test('a planned move is followed within ten seconds, nobody sees it, and taken out it leads back', async () => {
  const page = await browser.open(edges.us.watchUrl, { width: 640, height: 480 });
  await waitForState(page, 'live');
  await page.waitForFunction('window.streamctl.node === "us-1" && window.streamctl.bufferSec > 1');
  const before = await readFigures(page);
  try {
    await edges.move('eu');
    await page.waitForFunction('window.streamctl.node === "eu-1"', undefined, MOVED);
    await edges.move(null);
    await page.waitForFunction('window.streamctl.node === "us-1"', undefined, MOVED);
  } finally {
    await edges.move(null);
  }
  const after = await readFigures(page);
  assert.ok(after.switches - before.switches >= 2);
  assert.deepEqual([after.stalls, after.errors], [before.stalls, before.errors]);
  await page.close();
});

test('a page of somebody else that brings hls.js is moved as well', async () => {
  const foreign = await startForeignPage('127.205.13.1', { edgeUrl: edges.us.baseUrl, stream: 'test' });
  const page = await browser.open(foreign.url);
  try {
    await page.waitForFunction('window.hedge.inUse?.name === "us-1"');
    await edges.move('eu');
    await page.waitForFunction('window.hedge.inUse.name === "eu-1"', undefined, MOVED);
    assert.equal(await page.evaluate('window.hedge.lastSwitch.why'), 'steering');
  } finally {
    await edges.move(null);
    await page.close();
    await foreign.close();
  }
});
