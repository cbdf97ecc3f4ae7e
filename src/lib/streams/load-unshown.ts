import { loadKeys } from '../store/load-streams.ts';
import type { StoreReader } from '../store/store-reader.ts';

/**
 * Names of the streams that nobody may have a key of, sorted: whoever made their keys was stopped before it could show one.
 */
export async function loadUnshown(store: StoreReader): Promise<readonly string[]> {
  const keys = [...(await loadKeys(store)).values()].filter(({ kind }) => kind === 'user');
  const shown = new Set(keys.flatMap(({ stream, unshown }) => (unshown === true ? [] : [stream])));
  return [...new Set(keys.map(({ stream }) => stream))].filter((stream) => !shown.has(stream)).sort();
}
