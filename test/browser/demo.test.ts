import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, startBrowser } from '../support/browser.ts';
import { type DemoCluster, startDemoCluster } from '../support/demo-cluster.ts';
import { waitForState } from '../support/page-figures.ts';
import type { ShownFrame } from '../support/shown-frame.ts';
import { takeShownFrames, watchCounter } from '../support/watch-counter.ts';

/** One light rendition: this test is about the way, and other tests run beside it. */
const MEDIA = '  ladder:\n    - { name: 360p, width: 640, height: 360, videoKbps: 600 }';
const PICTURE = ['--size', '640x360', '--kbps', '800'];
const REGIONS = ['us', 'eu'] as const;
const WANTED_FRAMES = 90;

let browser: Browser;
let cluster: DemoCluster;
before(async () => {
  cluster = await startDemoCluster({
    name: 'browser-test',
    media: MEDIA,
    publish: PICTURE,
    block: '127.205.0.0/16',
  });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cluster?.close();
});

for (const [index, region] of REGIONS.entries()) {
  test(`the demo plays from ${region}: its burnt-in counter advances, live, from that region's edge`, async () => {
    const page = await browser.open(`${cluster.edgeUrls[index]}/watch/demo`);
    await waitForState(page, 'live');
    await watchCounter(page);
    const shown: ShownFrame[] = [];
    while (shown.length < WANTED_FRAMES) {
      await page.waitForFunction('window.counterWatch.length > 10', undefined, {
        timeout: 10_000,
        polling: 100,
      });
      shown.push(...(await takeShownFrames(page)));
    }
    const frames = shown.flatMap(({ frame }) => (frame === null ? [] : [frame]));
    assert.ok(
      frames.length > WANTED_FRAMES * 0.9,
      `${frames.length} of ${shown.length} frames could be read`,
    );
    assert.deepEqual(
      frames,
      frames.toSorted((a, b) => a - b),
      'frames in order',
    );
    assert.ok(frames.at(-1)! - frames[0]! >= WANTED_FRAMES * 0.9, `from ${frames[0]} to ${frames.at(-1)}`);
    const seen = (await page.evaluate('window.streamctl')) as {
      region: string | null;
      behindLiveSec: number;
    };
    assert.equal(seen.region, region);
    assert.ok(seen.behindLiveSec > 0.5 && seen.behindLiveSec < 20, `behind live ${seen.behindLiveSec}`);
    await page.close();
  });
}

test('simulated viewers of every region play without losing or repeating a frame', async () => {
  const report = (await cluster.run('viewer', 'run', '--count', '10', '--duration', '5s')) as Record<
    string,
    number
  >;
  assert.deepEqual([report.played, report.missingFrames, report.repeatedFrames], [10, 0, 0]);
});
