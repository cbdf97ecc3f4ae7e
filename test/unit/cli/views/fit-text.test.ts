import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutText, padText, plainText, textWidth, wrapText } from '../../../../src/lib/cli/views/fit-text.ts';
import { anyText } from '../../../support/any-text.ts';

test('textWidth() counts columns, not characters', () => {
  const cases: [string, number][] = [
    ['', 0],
    ['us-1', 4],
    ['日本', 4],
    ['e\u0301', 1],
    ['👨‍👩‍👧', 2],
    ['↑↓ …', 4],
  ];
  for (const [text, width] of cases) assert.equal(textWidth(text), width, text);
});

test('cutText() marks what it cut and never cuts a wide character in half', () => {
  assert.equal(cutText('eu-origin-1', 11), 'eu-origin-1');
  assert.equal(cutText('eu-origin-1', 6), 'eu-or…');
  assert.equal(cutText('日本語', 4), '日…');
});

test('text of any kind is cut and padded to the width asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (raw, columns) => {
      const text = plainText(raw);
      assert.ok(textWidth(cutText(text, columns)) <= columns);
      assert.equal(textWidth(padText(cutText(text, columns), columns)), columns);
    }),
  );
});

test('wrapText() keeps every word in order and no line is too wide', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 }), (words) => {
      const lines = wrapText(words.join(' '), 12);
      assert.equal(lines.join(' '), words.join(' '));
      for (const line of lines) assert.ok(line.length <= 12, line);
    }),
  );
});

test('plainText() leaves nothing that a terminal acts on', () => {
  assert.equal(plainText('a\x1b[2Jb\nc\x9bd\u202e'), 'a [2Jb c d');
  fc.assert(
    fc.property(anyText, (text) => {
      assert.doesNotMatch(plainText(text), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});
