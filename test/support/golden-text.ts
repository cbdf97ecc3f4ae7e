import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Compares a text with a file of test/golden; UPDATE_GOLDEN=1 writes the file. */
export function matchGolden(name: string, actual: string): void {
  const path = join(import.meta.dirname, '../golden', name);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, actual);
  }
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : '';
  assert.equal(actual, expected, `UPDATE_GOLDEN=1 rewrites test/golden/${name}`);
}
