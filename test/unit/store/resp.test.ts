import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCommand, type Reply, ReplyParser } from '../../../src/lib/store/resp.ts';

test('replies of every kind are parsed however the bytes are cut', () => {
  const bytes = Buffer.from('+OK\r\n:-7\r\n$-1\r\n$5\r\nnö\r\n\r\n*3\r\n$1\r\na\r\n$-1\r\n*0\r\n-ERR no\r\n');
  const expected: Reply[] = ['OK', -7, null, 'nö\r\n', ['a', null, []], { error: 'ERR no' }];
  for (let size = 1; size <= bytes.length; size++) {
    const parser = new ReplyParser();
    const replies: Reply[] = [];
    for (let at = 0; at < bytes.length; at += size)
      replies.push(...parser.push(bytes.subarray(at, at + size)));
    assert.deepEqual(replies, expected);
  }
});

test('a command is an array of bulk strings: what is sent is what is parsed', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      assert.deepEqual(new ReplyParser().push(Buffer.from(formatCommand(words))), [words]);
    }),
  );
});

test('hostile bytes raise an error of ours or wait for more, never anything else', () => {
  const hostile = fc.array(fc.constantFrom('*', '$', ':', '-', '+', '1', '9', '-1', '\r\n', 'a'), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(hostile, (pieces) => {
      try {
        new ReplyParser().push(Buffer.from(pieces.join('')));
      } catch (error) {
        assert.equal((error as Error).name, 'StreamctlError');
      }
    }),
    { numRuns: 2000 },
  );
});
