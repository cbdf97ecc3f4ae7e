/** Two regions of origins with a replica each and a relay each, fed by the clock. */
import type { TestContext } from 'node:test';
import type { OriginReport, OriginStreamReport } from '../../src/lib/health/report.ts';
import { type LiveFeed, type LiveFeedOptions, playLive } from './live-feed.ts';
import {
  ask,
  askUntil,
  openFeed,
  peer,
  type Sender,
  startTestOrigin,
  type TestOrigin,
} from './origin-node.ts';

/** A pipeline's end of its feed, and who fills it. */
export interface Pipe {
  readonly sender: Sender;
  readonly live: LiveFeed;
}

export interface TestRegions {
  /** us-1 and eu-1 have a replica. */
  readonly us: TestOrigin;
  readonly eu: TestOrigin;
  /** us-2 and eu-2 relay. */
  readonly relay: TestOrigin;
  readonly other: TestOrigin;
  /** One a stream. */
  readonly usPipes: readonly Pipe[];
  readonly euPipes: readonly Pipe[];
}

/** Opens the feed of a replica of its own and fills it by the clock. */
export function startPipe(t: TestContext, origin: TestOrigin, options: LiveFeedOptions): Pipe {
  const sender = openFeed(t, origin.url, options.stream ?? 'demo');
  return { sender, live: playLive(t, sender, options) };
}

/** `net`: `127.A.B`, of which the last number is taken up to 4. */
export async function startRegions(
  t: TestContext,
  net: string,
  streams: readonly string[] = ['demo'],
): Promise<TestRegions> {
  const peers = ['us-1', 'eu-1', 'us-2', 'eu-2'].map((name, i) => peer(name, `${net}.${i + 1}`));
  const [us, eu, relay, other] = (await Promise.all(
    peers.map((node) => startTestOrigin(t, node, { peers })),
  )) as [TestOrigin, TestOrigin, TestOrigin, TestOrigin];
  const usPipes = streams.map((stream) => startPipe(t, us, { replica: 'us-1', stream, lagMs: 60 }));
  const euPipes = streams.map((stream) => startPipe(t, eu, { replica: 'eu-1', stream, lagMs: 90 }));
  return { us, eu, relay, other, usPipes, euPipes };
}

/** What an origin says of a stream. */
export async function reportOf(origin: TestOrigin, stream = 'demo'): Promise<OriginStreamReport | undefined> {
  return streamIn((await ask(`${origin.url}/status`)).text, stream);
}

/** Waits until the origin's report of a stream is as wanted, and returns it. */
export async function untilReport(
  origin: TestOrigin,
  wanted: (report: OriginStreamReport) => boolean,
  { stream = 'demo', limitMs = 8000 }: { readonly stream?: string; readonly limitMs?: number } = {},
): Promise<OriginStreamReport> {
  const holds = (text: string): boolean => {
    const report = streamIn(text, stream);
    return report !== undefined && wanted(report);
  };
  const { text } = await askUntil(`${origin.url}/status`, (answer) => holds(answer.text), { limitMs });
  return streamIn(text, stream)!;
}

/** Waits until so many feeds of a stream have brought parts. */
export async function untilFeeds(origin: TestOrigin, count: number, stream = 'demo'): Promise<void> {
  const all = ({ feeds }: OriginStreamReport): boolean =>
    feeds.length === count && feeds.every(({ lastPartMs }) => lastPartMs !== null);
  await untilReport(origin, all, { stream });
}

const streamIn = (text: string, stream: string): OriginStreamReport | undefined =>
  (JSON.parse(text) as OriginReport).streams.find((one) => one.stream === stream);
