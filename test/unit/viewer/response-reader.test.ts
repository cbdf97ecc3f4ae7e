import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { type HttpResponse, ResponseReader } from '../../../src/lib/viewer/response-reader.ts';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n';

/** Feeds the text in pieces of the given lengths, through one reused buffer as a connection does. */
function readInPieces(text: string, lengths: readonly number[]): HttpResponse[] {
  const reader = new ResponseReader();
  const shared = Buffer.alloc(text.length);
  const responses: HttpResponse[] = [];
  let at = 0;
  for (const length of [...lengths, text.length]) {
    const piece = text.slice(at, at + length);
    at += piece.length;
    if (piece === '') continue;
    shared.write(piece, 'latin1');
    const response = reader.push(shared.subarray(0, piece.length));
    if (response !== null) responses.push(response);
  }
  return responses;
}

for (const [name, text] of [
  ['with a length', SIZED],
  ['in chunks', CHUNKED],
] as const) {
  test(`a body ${name} is read however the bytes are cut`, () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 40 }), (lengths) => {
        const [response, ...more] = readInPieces(text, lengths);
        assert.equal(response?.body.toString(), 'hello');
        assert.equal(response.status, 200);
        assert.equal(more.length, 0);
      }),
    );
  });
}

test('a response without a body ends with its headers', () => {
  const [response] = readInPieces('HTTP/1.1 304 Not Modified\r\n\r\n', []);
  assert.equal(response?.status, 304);
});

test('a reader reads one response after another', () => {
  const reader = new ResponseReader();
  for (let round = 0; round < 3; round += 1)
    assert.equal(reader.push(Buffer.from(SIZED))?.body.toString(), 'hello');
});

test('Connection: close is told', () => {
  const [response] = readInPieces('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', []);
  assert.equal(response?.closes, true);
});

for (const [what, text] of [
  ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ['a body of unknown length', 'HTTP/1.1 200 OK\r\n\r\nabc'],
  ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a chunk size that is no number', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['bytes after the body', `${SIZED}extra`],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => readInPieces(text, []), StreamctlError);
  });
}
