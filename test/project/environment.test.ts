import assert from 'node:assert/strict';
import { test } from 'node:test';
import { list, type RepositoryFile, SOURCES } from './repository-files.ts';

/** The glue to the outside: the CLI, and the one file in which a daemon starts. */
const GLUE = /^src\/(main\.ts|commands\/|lib\/cli\/|lib\/(agent|contribution|pipeline|origin)\/main\.ts)/;

function outsideGlue(pattern: RegExp): string[] {
  return SOURCES.filter((file) => !GLUE.test(file.path)).flatMap((file) =>
    codeLines(file)
      .filter(({ code }) => pattern.test(code))
      .map(({ line }) => `${file.path}:${line}`),
  );
}

/** Lines without their comments. */
function codeLines(file: RepositoryFile): { line: number; code: string }[] {
  return file.text
    .split('\n')
    .map((code, index) => ({ line: index + 1, code: code.replace(/\/\/.*$/, '') }))
    .filter(({ code }) => !/^\s*(\*|\/\*)/.test(code));
}

for (const [name, pattern, instead] of [
  ['process.env', /\bprocess\.env\b/, 'take the value as an argument; the CLI or the daemon reads it'],
  ['process.exit', /\bprocess\.(exit\(|exitCode\b)/, 'throw a StreamctlError, or return'],
  ['console', /\bconsole\.\w+/, 'use the logger in a daemon, this.log in a command'],
] as const) {
  test(`${name} is used in the CLI and where a daemon starts, nowhere else`, () => {
    const found = outsideGlue(pattern);
    assert.equal(found.length, 0, `${instead}:${list(found)}`);
  });
}

test('no lint rule or type check is switched off in a line', () => {
  const found = SOURCES.flatMap((file) =>
    file.text
      .split('\n')
      .map((text, index) => ({ text, line: index + 1 }))
      .filter(({ text }) => /biome-ignore|@ts-(ignore|expect-error|nocheck)|eslint-disable/.test(text))
      .map(({ line }) => `${file.path}:${line}`),
  );
  assert.equal(found.length, 0, `make the code pass:${list(found)}`);
});
