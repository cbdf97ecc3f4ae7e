import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { filesUnder, importsOf, list, SOURCES } from './repository-files.ts';

const BANNED = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager'];
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

test('files and folders of code are named in kebab-case', () => {
  const files = filesUnder('src', 'test', 'bin', 'templates').map((file) => file.path);
  const odd = files.filter((path) =>
    path.split('/').some((part) => !KEBAB.test(part.split('.')[0]!) && !part.startsWith('.')),
  );
  assert.equal(odd.length, 0, `rename:${list(odd)}`);
});

test('no file or folder is a drawer for odds and ends', () => {
  const drawers = filesUnder('src', 'test').filter((file) =>
    file.path
      .split('/')
      .some((part) =>
        BANNED.some((word) => part.split('.')[0] === word || part.split('.')[0]!.endsWith(`-${word}s`)),
      ),
  );
  assert.equal(drawers.length, 0, `name what is in it:${list(drawers.map((file) => file.path))}`);
});

test('a source file with one export is named after it', () => {
  const exported = /^export (?:default |abstract |async )*(const|function\*?|class|interface|type) (\w+)/gm;
  const strays = SOURCES.filter((file) => !file.path.endsWith('main.ts')).flatMap((file) => {
    const found = [...file.text.matchAll(exported)].map((match) => ({ kind: match[1]!, name: match[2]! }));
    const code = found.filter(({ kind }) => kind.startsWith('function') || kind === 'class');
    if (code.length !== 1) return [];
    const words = found.map(({ name }) => name.toLowerCase()).join(' ');
    const stems = basename(file.path, '.ts').split('-').map(stem);
    return stems.some((part) => words.includes(part)) ? [] : [`${file.path} exports ${code[0]!.name}`];
  });
  assert.equal(strays.length, 0, `name the file after its export, in kebab-case:${list(strays)}`);
});

/** `summaries` and `summary` are one word here, as are `codec` and `decode`. */
function stem(word: string): string {
  return word.slice(0, Math.max(3, Math.min(word.length, 5)));
}

test('every test file lies where its subject lies', () => {
  const folders = new Set(['bench', ...SOURCES.map((file) => dirname(file.path).replace(/^src\/lib\//, ''))]);
  const lost = filesUnder('test/unit')
    .map((file) => dirname(file.path).replace(/^test\/unit\//, ''))
    .filter(
      (folder) => !folders.has(folder) && ![...folders].some((known) => known.startsWith(`${folder}/`)),
    );
  assert.deepEqual([...new Set(lost)], [], 'test/unit mirrors src/lib: move or rename the folder');
});

test('no source file is forgotten: something imports it', () => {
  const used = new Set([...SOURCES, ...filesUnder('test', 'bin')].flatMap(importsOf).map((one) => one.to));
  const idle = SOURCES.map((file) => file.path).filter(
    (path) => !used.has(path) && !path.startsWith('src/commands/') && path !== 'src/main.ts',
  );
  assert.equal(idle.length, 0, `delete it, or use it:${list(idle)}`);
});
