/** Golden cases: files of input, a line of dashes, expected output. GOLDEN=write rewrites the expectations. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface GoldenCase {
  /** The file's name without its ending: what the case shows. */
  readonly name: string;
  readonly input: string;
  readonly expected: string;
  /** Replaces the expectation when GOLDEN=write; returns what to compare with. */
  settle(actual: string): string;
}

const DASHES = '\n----------\n';

export function loadGoldenCases(folder: string): GoldenCase[] {
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const path = join(folder, file);
      const [input = '', expected = ''] = readFileSync(path, 'utf8').split(DASHES);
      return {
        name: file.replace(/\.[a-z]+$/, '').replaceAll('-', ' '),
        input,
        expected,
        settle: (actual: string) => {
          if (process.env.GOLDEN !== 'write') return expected;
          writeFileSync(path, input + DASHES + actual);
          return actual;
        },
      };
    });
}
