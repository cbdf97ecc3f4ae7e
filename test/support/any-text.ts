import fc from 'fast-check';

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0xa0 }),
  fc.integer({ min: 0x2000, max: 0x206f }),
  fc.integer({ min: 0, max: 0xd7ff }),
  fc.integer({ min: 0xe000, max: 0x10ffff }),
);

/** Text of any code points, controls among them; fast-check's own takes more than a second to get ready. */
export const anyText: fc.Arbitrary<string> = fc
  .array(codePoint, { maxLength: 40 })
  .map((points) => String.fromCodePoint(...points));
