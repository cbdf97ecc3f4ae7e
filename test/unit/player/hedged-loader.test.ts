import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { HlsConfig, LoaderCallbacks, LoaderConfiguration, LoaderContext } from 'hls.js';
import { createHedgedLoader, type HedgedLoaderClass } from '../../../src/lib/player/hedged-loader.ts';
import { FakeLoader } from '../../support/fake-loader.ts';

const US = 'http://us:8080/live/demo';
const EU = 'http://eu:8080/live/demo';
const PATHWAYS = JSON.stringify({
  version: 1,
  node: 'us-2',
  pathways: [
    { name: 'us-2', region: 'us', baseUrl: 'http://us:8080' },
    { name: 'eu-2', region: 'eu', baseUrl: 'http://eu:8080' },
  ],
});
const ONE_PATHWAY = JSON.stringify({
  version: 1,
  node: 'us-2',
  pathways: [{ name: 'us-2', region: 'us', baseUrl: 'http://us:8080' }],
});
/** As hls.js asks; for playlists as text. */
const RESPONSE_TYPES: Readonly<Record<string, string>> = {
  'media-fragment': 'arraybuffer',
  'steering-manifest': 'json',
};
const RETRY = { maxNumRetry: 1, retryDelayMs: 200, maxRetryDelayMs: 400 };

let Loader: HedgedLoaderClass;
let seen: string[];
function load(type: string, url: string, retry: LoaderConfiguration['loadPolicy']['errorRetry'] = null) {
  const loader = new Loader({} as HlsConfig);
  const responseType = RESPONSE_TYPES[type] ?? 'text';
  const context = { type, url, responseType } as unknown as LoaderContext;
  const limits = { maxTimeToFirstByteMs: 2000, maxLoadTimeMs: 4000 };
  const loadPolicy = { ...limits, errorRetry: retry, timeoutRetry: null };
  const rest = { timeout: 4000, maxRetry: 0, retryDelay: 0, maxRetryDelay: 0 };
  const callbacks: LoaderCallbacks<LoaderContext> = {
    onSuccess: (response, stats, given) => {
      assert.equal(given, context);
      assert.equal(stats, loader.stats);
      const { data } = response;
      const words =
        typeof data === 'string' ? data : data instanceof ArrayBuffer ? 'bytes' : Object.keys(data!);
      seen.push(`success ${response.url} ${words}`);
    },
    onError: ({ code }) => seen.push(`error ${code}`),
    onTimeout: () => seen.push('timeout'),
    onAbort: () => seen.push('abort'),
  };
  loader.load(context, { loadPolicy, ...rest }, callbacks);
  return { loader, context };
}

/** The loader after a first playlist, when it knows both edges. */
async function start(): Promise<void> {
  load('manifest', `${US}/index.m3u8`);
  FakeLoader.waiting(`${US}/pathways.json`)[0]!.answer(PATHWAYS);
  FakeLoader.waiting(`${US}/index.m3u8`)[0]!.answer('#EXTM3U');
  await new Promise<void>((resolve) => setImmediate(resolve));
  seen = [];
}

describe('the hedged loader', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    FakeLoader.made = [];
    seen = [];
    Loader = createHedgedLoader({ DefaultConfig: { loader: FakeLoader } });
  });
  afterEach(() => {
    Loader.hedge.close();
    mock.timers.reset();
  });

  test('the first playlist comes from its own address, and brings the pathways', async () => {
    await start();
    assert.deepEqual(
      Loader.hedge.pathways.map(({ name }) => name),
      ['us-2', 'eu-2'],
    );
    assert.equal(Loader.hedge.inUse?.region, 'us');
  });

  test('a part that is refused comes from the other region, under the address that was asked', async () => {
    await start();
    const { loader } = load('media-fragment', `${US}/v/9.1.m4s`);
    FakeLoader.waiting(`${US}/v/9.1.m4s`)[0]!.fail(0);
    mock.timers.tick(100);
    const hedge = FakeLoader.waiting(`${EU}/v/9.1.m4s`)[0]!;
    hedge.answer(new ArrayBuffer(8));
    assert.deepEqual(seen, [`success ${US}/v/9.1.m4s bytes`]);
    assert.deepEqual([loader.stats.loaded, loader.stats.aborted], [8, false]);
    assert.equal(loader.stats.loading.start, hedge.stats.loading.start, 'measured as if asked there alone');
    assert.equal(loader.getCacheAge?.(), 7);
    assert.equal(Loader.hedge.inUse?.name, 'eu-2');
    assert.equal(Loader.hedge.urlInUse(`${US}/state.json`), `${EU}/state.json`);
  });

  test('a part that is late is asked elsewhere, and the late one is given up', async () => {
    await start();
    load('media-fragment', `${US}/v/9.1.m4s`);
    mock.timers.tick(299);
    assert.equal(FakeLoader.waiting(`${EU}/v/9.1.m4s`).length, 0);
    mock.timers.tick(1);
    mock.timers.tick(100);
    FakeLoader.waiting(`${EU}/v/9.1.m4s`)[0]!.answer(new ArrayBuffer(8));
    assert.equal(seen.length, 1);
    assert.equal(FakeLoader.waiting(`${US}/v/9.1.m4s`).length, 0);
  });

  test('a download that moves is not late', async () => {
    await start();
    load('media-fragment', `${US}/v/9.1.m4s`);
    const slow = FakeLoader.waiting(`${US}/v/9.1.m4s`)[0]!;
    for (let loaded = 1; loaded < 6; loaded += 1) {
      slow.stats.loading.first = 1;
      slow.stats.loaded = loaded;
      mock.timers.tick(300);
    }
    assert.equal(FakeLoader.waiting(`${EU}/v/9.1.m4s`).length, 0);
    mock.timers.tick(300);
    mock.timers.tick(100);
    assert.equal(FakeLoader.waiting(`${EU}/v/9.1.m4s`).length, 1);
  });

  test('the tries are made once each, and the first is what hls.js watches', async () => {
    await start();
    const { loader } = load('media-fragment', `${US}/v/9.1.m4s`, RETRY);
    const first = FakeLoader.waiting(`${US}/v/9.1.m4s`)[0]!;
    assert.equal(first.stats, loader.stats);
    assert.equal(first.configuration?.loadPolicy.errorRetry, null);
  });

  test('what fails everywhere fails with what the first said', async () => {
    await start();
    load('level', `${US}/v/index.m3u8`);
    FakeLoader.waiting(`${US}/v/index.m3u8`)[0]!.fail(404);
    mock.timers.tick(100);
    FakeLoader.waiting(`${EU}/v/index.m3u8`)[0]!.timeOut();
    assert.deepEqual(seen, ['error 404']);
  });

  test('a timeout everywhere is told as one', async () => {
    await start();
    load('level', `${US}/v/index.m3u8`);
    FakeLoader.waiting(`${US}/v/index.m3u8`)[0]!.timeOut();
    mock.timers.tick(100);
    FakeLoader.waiting(`${EU}/v/index.m3u8`)[0]!.fail(503);
    assert.deepEqual(seen, ['timeout']);
  });

  test('the first playlist is tried again as its load policy says, since hls.js leaves that to the loader', async () => {
    load('manifest', `${US}/index.m3u8`, RETRY);
    FakeLoader.waiting(`${US}/pathways.json`)[0]!.answer(ONE_PATHWAY);
    await new Promise<void>((resolve) => setImmediate(resolve));
    FakeLoader.waiting(`${US}/index.m3u8`)[0]!.fail(503);
    assert.deepEqual(seen, []);
    mock.timers.tick(200);
    FakeLoader.waiting(`${US}/index.m3u8`)[0]!.fail(503);
    assert.deepEqual(seen, ['error 503']);
  });

  test('an old playlist is not given while another region has what was asked for', async () => {
    await start();
    const playlist = (parts: number): string =>
      ['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXT-X-PART-INF:PART-TARGET=0.5', '#EXT-X-MEDIA-SEQUENCE:9']
        .concat(Array.from({ length: parts }, (_, part) => `#EXT-X-PART:DURATION=0.5,URI="9.${part}.m4s"`))
        .join('\n');
    const path = 'v/index.m3u8?_HLS_msn=9&_HLS_part=1';
    load('level', `${US}/${path}`);
    FakeLoader.waiting(`${US}/${path}`)[0]!.answer(playlist(1));
    assert.deepEqual(seen, []);
    mock.timers.tick(100);
    FakeLoader.waiting(`${EU}/${path}`)[0]!.answer(playlist(2));
    assert.deepEqual(seen, [`success ${US}/${path} ${playlist(2)}`]);
  });

  test('aborting and destroying give up every try, and nothing is heard any more', async () => {
    await start();
    const first = load('media-fragment', `${US}/v/9.1.m4s`);
    mock.timers.tick(300);
    mock.timers.tick(100);
    const tries = [...FakeLoader.waiting(`${US}/v/9.1.m4s`), ...FakeLoader.waiting(`${EU}/v/9.1.m4s`)];
    assert.equal(tries.length, 2);
    first.loader.abort();
    assert.deepEqual([seen, first.loader.stats.aborted], [['abort'], true]);
    assert.ok(tries.every(({ destroyed }) => destroyed));
    const second = load('media-fragment', `${US}/v/9.2.m4s`);
    second.loader.destroy();
    assert.deepEqual(seen, ['abort']);
    assert.equal(FakeLoader.waiting(`${US}/v/9.2.m4s`).length, 0);
  });

  test('another stream at the same edge is kept ready at the second one from then on, and the first one no longer', async () => {
    await start();
    load('manifest', 'http://us:8080/live/other/index.m3u8');
    FakeLoader.waiting('http://us:8080/live/other/index.m3u8')[0]!.answer('#EXTM3U');
    mock.timers.tick(1200);
    const [other] = FakeLoader.waiting('http://eu:8080/live/other/pathways.json');
    assert.ok(other !== undefined, 'soon');
    other.answer(PATHWAYS);
    await new Promise<void>((resolve) => setImmediate(resolve));
    load('media-fragment', 'http://us:8080/live/other/v/9.1.m4s');
    mock.timers.tick(24_000);
    const asked = FakeLoader.made.flatMap(
      ({ context }) => context?.url.match(/eu:8080.live.(.*pathways.json)/)?.[1] ?? [],
    );
    assert.deepEqual(asked, ['other/pathways.json', 'other/pathways.json']);
  });

  test('the steering server decides which edge is asked, and hls.js sees no other', async () => {
    await start();
    load('steering-manifest', `${US}/steering.json`);
    FakeLoader.waiting(`${US}/steering.json`)[0]!.answer(
      '{"VERSION":1,"TTL":10,"PATHWAY-PRIORITY":["eu","us"]}',
    );
    assert.deepEqual(seen, [`success ${US}/steering.json VERSION,TTL,PATHWAY-PRIORITY`]);
    assert.equal(Loader.hedge.inUse?.name, 'eu-2');
    assert.equal(Loader.hedge.lastSwitch?.why, 'steering');
    load('media-fragment', `${US}/v/9.1.m4s`);
    assert.equal(FakeLoader.waiting(`${EU}/v/9.1.m4s`).length, 1);
  });
});
