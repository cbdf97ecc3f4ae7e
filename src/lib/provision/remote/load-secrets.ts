import { basename } from 'node:path';
import type { ClusterLayout } from '../../nodes/layout.ts';
import { readFileOrNull } from '../write-file.ts';

/** Reads the secrets that machines need, by the name of their file; none under `plan` of a cluster that was never made. */
export async function loadSecrets({
  keySecret,
  redisPassword,
}: ClusterLayout): Promise<Record<string, string>> {
  const entries = await Promise.all(
    [keySecret, redisPassword].map(async (file) => [basename(file), await readFileOrNull(file)] as const),
  );
  return Object.fromEntries(entries.flatMap(([name, text]) => (text === null ? [] : [[name, text]])));
}
