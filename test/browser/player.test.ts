import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, startBrowser } from '../support/browser.ts';
import { readFigures, waitForState } from '../support/page-figures.ts';
import { startPlayerSite } from '../support/player-site.ts';

const address = '127.205.2.1';
let browser: Browser;
before(async () => {
  browser = await startBrowser();
});
after(() => browser.close());

test('the page plays live near the edge, muted with a button for sound, and says where from', async () => {
  const site = await startPlayerSite(address);
  try {
    const page = await browser.open(site.watchUrl, { width: 1280, height: 800 });
    await waitForState(page, 'live');
    await page.waitForFunction('window.streamctl.totalFrames > 60');
    const seen = await readFigures(page);
    assert.ok(seen.behindLiveSec !== null && seen.behindLiveSec > 0.5 && seen.behindLiveSec < 3);
    assert.deepEqual([seen.region, seen.stalls], ['us', 0]);
    assert.equal(await page.textContent('#state-word'), 'live');
    assert.equal(await page.isVisible('#unmute'), true);
    await page.click('#unmute');
    assert.equal(await page.evaluate('document.querySelector("video").muted'), false);
    assert.equal(await page.isVisible('#unmute'), false);
    await page.close();
  } finally {
    await site.close();
  }
});

test('pausing, playing the past and returning to live are told as what they are', async () => {
  const site = await startPlayerSite(address);
  try {
    const page = await browser.open(site.watchUrl);
    await waitForState(page, 'live');
    await page.keyboard.press('Space');
    await waitForState(page, 'paused');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowLeft');
    await waitForState(page, 'behind');
    await page.keyboard.press('l');
    await waitForState(page, 'live');
    await page.close();
  } finally {
    await site.close();
  }
});

test('a stream that is not on air is offline, and plays by itself when it starts', async () => {
  const site = await startPlayerSite(address);
  try {
    site.state = 'offline';
    const page = await browser.open(site.watchUrl);
    await waitForState(page, 'offline');
    site.state = 'live';
    await waitForState(page, 'live');
    await page.close();
  } finally {
    await site.close();
  }
});

test('the slate is told, and so is the end', async () => {
  const site = await startPlayerSite(address);
  try {
    const page = await browser.open(site.watchUrl);
    await waitForState(page, 'live');
    site.state = 'slate';
    await waitForState(page, 'slate');
    site.isOver = true;
    site.state = 'ended';
    await waitForState(page, 'ended');
    await page.close();
  } finally {
    await site.close();
  }
});

/** What is there and what a viewer does before the end. */
const ENDS: readonly (readonly [string, { readonly script?: string; readonly paused?: boolean }])[] = [
  ['to a viewer who watches live', {}],
  ['to a viewer who paused for a moment', { paused: true }],
  ["with the browser's own HLS", { script: 'delete MediaSource; delete window.ManagedMediaSource' }],
];

for (const [how, { script = '', paused = false }] of ENDS) {
  test(`a stream that ends and begins again plays by itself ${how}`, async () => {
    const site = await startPlayerSite(address);
    try {
      const page = await browser.open('about:blank');
      await page.addInitScript(script);
      await page.goto(site.watchUrl);
      await waitForState(page, 'live');
      if (paused) {
        await page.keyboard.press('Space');
        await waitForState(page, 'paused');
        await page.keyboard.press('Space');
      }
      site.isOver = true;
      site.state = 'ended';
      await page.waitForFunction('document.querySelector("video").ended');
      await waitForState(page, 'ended');
      assert.equal((await readFigures(page)).native, script !== '');
      site.isOver = false;
      site.state = 'live';
      await waitForState(page, 'live', 8000);
      await page.close();
    } finally {
      await site.close();
    }
  });
}

test('a viewer who looks at the past of a stream that has ended is left there when it begins again', async () => {
  const site = await startPlayerSite(address);
  try {
    const page = await browser.open(site.watchUrl);
    await waitForState(page, 'live');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Space');
    site.isOver = true;
    await page.waitForTimeout(3000);
    site.isOver = false;
    // Longer than between two looks.
    await page.waitForTimeout(3500);
    await waitForState(page, 'paused');
    await page.close();
  } finally {
    await site.close();
  }
});

test('a page that began again by itself is held at live, though the viewer had paused before', async () => {
  const site = await startPlayerSite(address);
  try {
    const page = await browser.open(site.watchUrl);
    await waitForState(page, 'live');
    await page.keyboard.press('Space');
    await waitForState(page, 'paused');
    await page.keyboard.press('Space');
    site.state = 'offline';
    await waitForState(page, 'offline');
    site.state = 'live';
    await waitForState(page, 'live');
    await page.evaluate('document.querySelector("video").currentTime -= 10');
    await waitForState(page, 'behind');
    await waitForState(page, 'live');
    await page.close();
  } finally {
    await site.close();
  }
});

test('the page fits a phone and loads nothing from anywhere else', async () => {
  const site = await startPlayerSite(address);
  try {
    const page = await browser.open('about:blank', { width: 390, height: 844 });
    const hosts = new Set<string>();
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith('http')) hosts.add(url.host);
    });
    await page.goto(site.watchUrl);
    await waitForState(page, 'live');
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390);
    assert.deepEqual([...hosts], [new URL(site.watchUrl).host]);
    await page.close();
  } finally {
    await site.close();
  }
});
