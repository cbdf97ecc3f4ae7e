import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { EXIT } from '../../src/lib/base/errors.ts';
import { DEFAULT_PORTS } from '../../src/lib/spec/defaults.ts';
import { FOLDERS } from './folders.ts';
import { expectedTables, rewriteRows, rowsUnder } from './reference-tables.ts';
import { filesUnder, list, ROOT } from './repository-files.ts';

const UPDATE = 'STREAMCTL_UPDATE_DOCS';

for (const [heading, expected] of await expectedTables()) {
  test(`the table "${heading}" of docs/reference.md is what the code says`, () => {
    if (process.env[UPDATE] === '1') rewriteRows(heading, expected);
    assert.deepEqual(rowsUnder(heading), expected, `${UPDATE}=1 bin/test fast rewrites the table`);
  });
}

test('the exit statuses of docs/reference.md are those of src/lib/base/errors.ts', () => {
  const documented = rowsUnder('Exit statuses').map((row) => Number.parseInt(row, 10));
  assert.deepEqual(documented, Object.values(EXIT));
});

test('the ports of docs/reference.md are the defaults of the spec', () => {
  const documented = rowsUnder('Ports').map((row) => row.split(' | '));
  const ports = documented.map(([port, key]) => [key?.replaceAll('`', ''), Number(port)]);
  assert.deepEqual(Object.fromEntries(ports), DEFAULT_PORTS);
});

test('every folder under src/lib is drawn in ARCHITECTURE.md, and none that is not there', () => {
  const there = readdirSync(join(ROOT, 'src/lib')).map((name) => `lib/${name}`);
  const drawn = FOLDERS.map((folder) => folder.name).filter((name) => name.startsWith('lib/'));
  const remedy = 'add the folder to "Folders", where its imports point downwards';
  assert.deepEqual(drawn.toSorted(), there.toSorted(), remedy);
});

test('every link in the documents leads to something', () => {
  const documents = filesUnder().filter((file) => file.path.endsWith('.md'));
  const dead = documents.flatMap((file) =>
    [...file.text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
      .map((match) => (match[1] ?? match[2])!)
      .filter((target) => !/^[a-z]+:/.test(target) && !target.startsWith('#'))
      .filter((target) => !existsSync(join(ROOT, dirname(file.path), target.split('#')[0]!)))
      .map((target) => `${file.path} → ${target}`),
  );
  assert.equal(dead.length, 0, `mend the links:${list(dead)}`);
});

test('every source file that the documents name is there', () => {
  const documents = filesUnder().filter((file) => file.path.endsWith('.md'));
  const paths = filesUnder().map((file) => `/${file.path}`);
  const missing = documents.flatMap((file) =>
    [
      ...file.text.matchAll(
        /`((?:[a-z.-]+\/)*[a-z-]+\.(?:ts|lua|sh)|(?:bin|src|templates|test|docs|bench)\/[a-z./-]+)`/g,
      ),
    ]
      .map((match) => match[1]!)
      .filter(
        (name) =>
          !paths.some((path) => path.endsWith(`/${name}`) || path.includes(`/${name.replace(/\/$/, '')}/`)),
      )
      .map((name) => `${file.path}: ${name}`),
  );
  assert.equal(missing.length, 0, `name a file that exists:${list(missing)}`);
});
