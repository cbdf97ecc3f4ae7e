/** Follows one track of an origin part by part, as a player that asks for each part before it is there. */
import { ask, askUntil } from './origin-node.ts';
import { PARTS } from './synthetic-feed.ts';

export interface WatchedPart {
  readonly name: string;
  readonly status: number;
  /** Unix milliseconds at which it had arrived whole. */
  readonly atMs: number;
}

/** Asks for `count` parts in a row, each as soon as the one before has come; the first once it is near enough to wait for. */
export async function watchParts(
  base: string,
  from: { readonly msn: number; readonly part: number },
  count: number,
): Promise<WatchedPart[]> {
  const watched: WatchedPart[] = [];
  const start = from.msn * PARTS + from.part;
  const first = `${base}/${from.msn}.${from.part}.m4s`;
  await askUntil(first, ({ status }) => status === 200, { limitMs: 10_000 });
  for (let n = start; n < start + count; n++) {
    const name = `${Math.floor(n / PARTS)}.${n % PARTS}`;
    const { status } = await ask(`${base}/${name}.m4s`);
    watched.push({ name, status, atMs: Date.now() });
  }
  return watched;
}

/** The longest wait between two parts that follow one another, milliseconds. */
export function longestWaitMs(watched: readonly WatchedPart[]): number {
  return Math.max(...watched.slice(1).map(({ atMs }, i) => atMs - watched[i]!.atMs));
}
