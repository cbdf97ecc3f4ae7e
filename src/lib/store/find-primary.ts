/** Which store takes writes now, for commands that connect once. */
import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import { openCommandLine } from './command-line.ts';
import type { Place, StoreAccess } from './store-site.ts';

const TIMEOUT_MS = 500;

/**
 * Asks all Sentinels and believes most of those that answer: one that was cut off may name the store of before. Throws
 * NOT_RUNNING when none answers.
 */
export async function findPrimary(search: StoreAccess): Promise<Place> {
  const { sentinels, cluster } = search;
  if (sentinels === undefined) return search;
  const named = await Promise.all(sentinels.map((place) => askSentinel(place, search).catch(() => null)));
  const primary = mostNamed(named.filter((place) => place !== null));
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

async function askSentinel({ address, port }: Place, search: StoreAccess): Promise<Place | null> {
  const password = (await readFile(search.passwordFile, 'utf8')).trim();
  const line = await openCommandLine({ address, port }, { timeoutMs: TIMEOUT_MS, reach: search.reach });
  try {
    await line.ask(['AUTH', ...(search.user === undefined ? [] : [search.user]), password]);
    const reply = await line.ask(['SENTINEL', 'get-master-addr-by-name', search.cluster]);
    if (!Array.isArray(reply)) return null;
    const [host, number] = reply as string[];
    return { address: host!, port: Number(number) };
  } finally {
    line.close();
  }
}

/** Of equals the first. */
function mostNamed(places: readonly Place[]): Place | null {
  const votes = (place: Place) =>
    places.filter(({ address, port }) => address === place.address && port === place.port).length;
  return places.toSorted((one, other) => votes(other) - votes(one))[0] ?? null;
}
