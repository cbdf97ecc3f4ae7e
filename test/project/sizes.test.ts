import assert from 'node:assert/strict';
import { test } from 'node:test';
import { list, type RepositoryFile, SOURCES } from './repository-files.ts';

const MAX_LINES = 400;
const P95_LINES = 250;
const MEDIAN_LINES = 80;
const MAX_PARAMETERS = 3;

const linesOf = (file: RepositoryFile) => file.text.trimEnd().split('\n').length;
const sizes = SOURCES.map(linesOf).sort((a, b) => a - b);
const quantile = (share: number) => sizes[Math.min(sizes.length - 1, Math.floor(share * sizes.length))]!;

test(`no source file is longer than ${MAX_LINES} lines`, () => {
  const long = SOURCES.filter((file) => linesOf(file) > MAX_LINES);
  assert.equal(
    long.length,
    0,
    `split by reason to change:${list(long.map((file) => `${file.path}: ${linesOf(file)} lines`))}`,
  );
});

test(`source files have at most ${MEDIAN_LINES} lines at the median and ${P95_LINES} at the 95th percentile`, () => {
  assert.ok(quantile(0.5) <= MEDIAN_LINES, `the median is ${quantile(0.5)} lines: split the longer files`);
  assert.ok(quantile(0.95) <= P95_LINES, `the 95th percentile is ${quantile(0.95)} lines: split the longest`);
});

test(`functions take at most ${MAX_PARAMETERS} positional parameters`, () => {
  const many = SOURCES.flatMap((file) =>
    [...file.text.matchAll(/\bfunction\s+(\w+)(?:<[^(]*>)?\(([^)]*)\)/g)]
      .filter((match) => countParameters(match[2]!) > MAX_PARAMETERS)
      .map((match) => `${file.path}: ${match[1]}`),
  );
  assert.deepEqual(many, [], 'gather what belongs together in an object with named members');
});

/** Counts commas outside of brackets. */
function countParameters(text: string): number {
  let depth = 0;
  let commas = 0;
  for (const character of text.trim().replace(/,$/, '')) {
    if ('{[(<'.includes(character)) depth++;
    else if ('}])>'.includes(character)) depth--;
    else if (character === ',' && depth === 0) commas++;
  }
  return text.trim() === '' ? 0 : commas + 1;
}
