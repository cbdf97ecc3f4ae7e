import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDirectives } from '../../../src/lib/hls/delivery-directives.ts';

for (const [query, expected] of [
  ['', { msn: null, part: null, delta: false }],
  ['token=abc&_HLS_msn=12', { msn: 12, part: null, delta: false }],
  ['_HLS_msn=897000000&_HLS_part=3&_HLS_skip=YES', { msn: 897_000_000, part: 3, delta: true }],
  ['_HLS_skip=v2', { msn: null, part: null, delta: true }],
  ['_HLS_future=1', { msn: null, part: null, delta: false }],
  ['_HLS_part=1', null],
  ['_HLS_msn=', null],
  ['_HLS_msn=-1', null],
  ['_HLS_msn=1e3', null],
  ['_HLS_msn=1234567890123', null],
  ['_HLS_msn=1&_HLS_msn=2', null],
  ['_HLS_msn=1&_HLS_part=x', null],
  ['_HLS_skip=maybe', null],
] as const) {
  test(`the query "${query}" ${expected === null ? 'is refused' : 'is understood'}`, () => {
    assert.deepEqual(parseDirectives(query), expected);
  });
}

test('hostile queries give whole numbers or a refusal, never an exception', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('_HLS_msn=', '_HLS_part=', '_HLS_skip=', '&', '9', '%00'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const directives = parseDirectives(pieces.join(''));
      for (const value of [directives?.msn ?? 0, directives?.part ?? 0]) {
        assert.ok(Number.isSafeInteger(value) && value >= 0);
      }
    }),
  );
});
