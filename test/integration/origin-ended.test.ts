/** A stream that ended stays to be watched, and what begins after it under the same name is not taken for it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { parseMediaPlaylist } from '../../src/lib/hls/parse-media-playlist.ts';
import {
  type Answer,
  ask,
  askUntil,
  openFeed,
  peer,
  startTestOrigin,
  type TestOrigin,
} from '../support/origin-node.ts';
import { hello, msnAt, opening, segments, status } from '../support/synthetic-feed.ts';

let net = 220;

interface Show {
  readonly us: TestOrigin;
  readonly relay: TestOrigin;
  readonly clock: { shiftMs: number; nowMs(): number };
}

/** The origin us-1 and the relay us-2, by a clock that can be moved; `isDown`: a third origin is not there. */
async function startOrigins(t: TestContext, { isDown = false } = {}): Promise<Show> {
  net += 1;
  const names = ['us-1', 'us-2', ...(isDown ? ['eu-1'] : [])];
  const peers = names.map((name, index) => peer(name, `127.206.${net}.${index + 1}`));
  const clock = {
    shiftMs: 0,
    nowMs(): number {
      return Date.now() + this.shiftMs;
    },
  };
  const [us, relay] = await Promise.all(
    peers.slice(0, 2).map((node) => startTestOrigin(t, node, { peers, deps: { clock } })),
  );
  return { us: us!, relay: relay!, clock };
}

const playlist = (origin: TestOrigin): Promise<Answer> => ask(`${origin.url}/live/demo/360p/index.m3u8`);
const isEnd = ({ status: code, text }: Answer): boolean => code === 200 && text.includes('#EXT-X-ENDLIST');

/** A pipeline of us-1 makes a few segments that the relay has, ends and goes. */
async function playShow(t: TestContext, { us, relay, clock }: Show): Promise<void> {
  const next = msnAt(clock.nowMs());
  const feed = openFeed(t, us.url);
  feed.send([...opening(), ...segments(next - 4, 4)]);
  await askUntil(`${relay.url}/live/demo/360p/index.m3u8`, (answer) => answer.status === 200);
  feed.send([status('ended')]);
  await askUntil(`${relay.url}/live/demo/360p/index.m3u8`, isEnd);
  await feed.end();
}

async function took(asking: () => Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const begunMs = performance.now();
  return { answer: await asking(), ms: performance.now() - begunMs };
}

test('the first viewer of the evening at an idle relay is not told the end of the morning', async (t) => {
  const show = await startOrigins(t);
  const { us, relay, clock } = show;
  await playShow(t, show);
  clock.shiftMs += 120_000;
  const feed = openFeed(t, us.url);
  feed.send([hello()]);
  await askUntil(`${us.url}/feed/demo?from=0`, ({ status: code }) => code === 200, { asking: replayed });
  // What the relay saw before, if it looked, is old.
  clock.shiftMs += 2000;
  const next = msnAt(clock.nowMs());
  const first = playlist(relay);
  const early = playlist(us);
  feed.send([...opening().slice(1), ...segments(next - 3, 3)]);
  for (const answer of [await first, await early]) {
    assert.equal(answer.status, 200);
    const { ended, segments: listed } = parseMediaPlaylist(answer.text);
    assert.deepEqual([ended, listed.at(-1)?.msn], [false, next - 1]);
  }
});

/** The first bytes of a feed that does not end. */
async function replayed(url: string): Promise<Answer> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  abort.abort();
  return { status: response.status, headers: {}, body: Buffer.alloc(0), text: '' };
}

test('a show that ended is served when its pipeline is gone: at once where that is known, else when nobody was found', async (t) => {
  const show = await startOrigins(t);
  await playShow(t, show);
  for (const origin of [show.us, show.relay]) assert.ok(isEnd(await playlist(origin)));
  show.clock.shiftMs += 90_000;
  for (const origin of [show.us, show.relay]) {
    const { answer, ms } = await took(() => playlist(origin));
    assert.ok(isEnd(answer), answer.text);
    assert.ok(ms < 1000, `${ms} ms`);
    assert.ok(isEnd(await ask(`${origin.url}/live/demo/audio/index.m3u8`)));
    assert.equal((await ask(`${origin.url}/live/demo/index.m3u8`)).status, 200);
  }
});

test('a show that ended is served also while an origin is down, which may have another', async (t) => {
  const show = await startOrigins(t, { isDown: true });
  await playShow(t, show);
  show.clock.shiftMs += 90_000;
  for (const origin of [show.us, show.relay]) {
    const { answer, ms } = await took(() => playlist(origin));
    assert.ok(isEnd(answer), answer.text);
    assert.ok(ms < 3000, `${ms} ms`);
  }
});

test('a relay that begins while the pipeline still says that it is over serves the end', async (t) => {
  const { us, relay, clock } = await startOrigins(t);
  const next = msnAt(clock.nowMs());
  const feed = openFeed(t, us.url);
  feed.send([...opening(), ...segments(next - 4, 4), status('ended')]);
  await askUntil(`${us.url}/live/demo/360p/index.m3u8`, isEnd);
  const { answer, ms } = await took(() => playlist(relay));
  assert.ok(isEnd(answer), answer.text);
  assert.ok(ms < 1000, `${ms} ms`);
});

test('a pipeline that has said nothing yet of a stream that ended is read as one that starts', async (t) => {
  const show = await startOrigins(t);
  await playShow(t, show);
  openFeed(t, show.us.url).send([hello()]);
  const relayed = await askUntil(
    `${show.relay.url}/live/demo/state.json`,
    ({ text }) => text.includes('"starting"'),
    {
      asking: async (url) => {
        void playlist(show.relay).catch(() => undefined);
        return await ask(url);
      },
    },
  );
  assert.equal(relayed.status, 200);
});
