/** Which store takes writes now. */
import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import { openCommandLine } from './command-line.ts';
import type { Place, StoreAccess } from './store-site.ts';

const TIMEOUT_MS = 500;

/** What one Sentinel said. */
interface Answer {
  readonly from: Place;
  readonly named: Place;
}

/**
 * Asks all Sentinels at once and believes more than half of them, or else most of those that answer: one that was cut off may
 * name the store of before. Throws NOT_RUNNING when none answers.
 */
export async function findPrimary(search: StoreAccess): Promise<Place> {
  const { sentinels, cluster } = search;
  if (sentinels === undefined) return search;
  const primary = mostNamed(await askSentinels(sentinels, search));
  if (primary !== null) return primary;
  const asked = sentinels.map(({ address, port }) => `${address}:${port}`).join(', ');
  throw new StreamctlError(
    'NOT_RUNNING',
    `find the store of cluster ${cluster}: no Sentinel answers (${asked})`,
    {
      hint: 'Start the cluster with `streamctl up`, or look at `streamctl status`.',
    },
  );
}

/** Waits for no more answers than it takes: one that was lost with the store says nothing at all. */
async function askSentinels(sentinels: readonly Place[], search: StoreAccess): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const enough = new AbortController();
  const asked = sentinels.map(async (from) => {
    const named = await askSentinel(from, search, enough.signal).catch(() => null);
    if (named === null) return;
    answers.push({ from, named });
    if (countVotes(answers, named) > sentinels.length / 2) enough.abort();
  });
  await Promise.all(asked);
  return answers;
}

async function askSentinel(
  { address, port }: Place,
  search: StoreAccess,
  enough: AbortSignal,
): Promise<Place | null> {
  const password = (await readFile(search.passwordFile, 'utf8')).trim();
  const line = await openCommandLine({ address, port }, { timeoutMs: TIMEOUT_MS, reach: search.reach });
  try {
    enough.throwIfAborted();
    enough.addEventListener('abort', line.close, { once: true });
    await line.ask(['AUTH', ...(search.user === undefined ? [] : [search.user]), password]);
    const reply = await line.ask(['SENTINEL', 'get-master-addr-by-name', search.cluster]);
    if (!Array.isArray(reply)) return null;
    const [host, number] = reply as string[];
    return { address: host!, port: Number(number) };
  } finally {
    line.close();
  }
}

/** Of equals the one whose own Sentinel answers: the other may be what is lost. */
function mostNamed(answers: readonly Answer[]): Place | null {
  const speaks = ({ address }: Place) => (answers.some(({ from }) => from.address === address) ? 1 : 0);
  const [best] = answers
    .map(({ named }) => named)
    .toSorted(
      (one, other) => countVotes(answers, other) - countVotes(answers, one) || speaks(other) - speaks(one),
    );
  return best ?? null;
}

function countVotes(answers: readonly Answer[], { address, port }: Place): number {
  return answers.filter(({ named }) => named.address === address && named.port === port).length;
}
