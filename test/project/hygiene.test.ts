import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileAt, filesUnder, list, type RepositoryFile } from './repository-files.ts';

const everything = filesUnder();
const tests = filesUnder('test').filter((file) => file.path.endsWith('.ts'));

function found(files: readonly RepositoryFile[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    file.text
      .split('\n')
      .map((text, index) => ({ text, at: `${file.path}:${index + 1}` }))
      .filter(({ text }) => pattern.test(text))
      .map(({ at }) => at),
  );
}

test('the lock file records no address that a package was downloaded from', () => {
  const lock = JSON.parse(fileAt('package-lock.json').text) as {
    packages: Record<string, { resolved?: string }>;
  };
  const resolved = Object.entries(lock.packages).filter(([, one]) => one.resolved !== undefined);
  assert.equal(
    resolved.length,
    0,
    `run npm install in this folder, whose .npmrc leaves them out:${list(resolved.map(([name]) => name))}`,
  );
});

test('no file names a package registry', () => {
  const hosts = ['npmjs', 'yarnpkg'].map((name) => `${name}\\.(org|com)`).join('|');
  assert.deepEqual(
    found(everything, new RegExp(`registry\\.|${hosts}`.replace('registry\\.|', 'registry\\.[a-z]+\\.|'))),
    [],
  );
});

test('no test is skipped, left for later, or run alone', () => {
  const pattern = /\b(test|it|describe|suite)\.(skip|todo|only)\b|\bt\.(skip|todo)\(|\b(skip|todo|only): /;
  const skipped = found(
    tests.filter((file) => !file.path.endsWith('hygiene.test.ts')),
    pattern,
  );
  assert.equal(skipped.length, 0, `make it pass or delete it:${list(skipped)}`);
});

test('no test waits a fixed time where it could wait for a condition', () => {
  const waiting = found(
    tests.filter((file) => !file.path.includes('/support/')),
    /await (sleep|delay|setTimeout)\(\s*\d{3,}/,
  );
  assert.equal(waiting.length, 0, `use until() of test/support:${list(waiting)}`);
});

test('a test file that has a whole block of loopback addresses shares it with no other', () => {
  const servers = tests.filter(({ path }) => /^test\/(integration|browser)\//.test(path));
  const whole = servers.flatMap(({ path, text }) =>
    [...text.matchAll(/['\s](127\.\d+)(?:\.0\.0\/16)?'/g)].map(([, block]) => ({ path, block: block! })),
  );
  assert.ok(whole.length >= 10, "blocks are written as '127.N' or '127.N.0.0/16'");
  const shared = whole.flatMap(({ path, block }) =>
    servers
      .filter((other) => other.path !== path && other.text.includes(`${block}.`))
      .map((other) => `${block} of ${path} is in ${other.path}, too`),
  );
  assert.equal(shared.length, 0, `files run side by side: give one of them another number:${list(shared)}`);
});

test('hooks that run around each unit test are inside a describe()', () => {
  const unit = tests.filter((file) => file.path.startsWith('test/unit/'));
  const loose = found(unit, /^(beforeEach|afterEach)\(/);
  assert.equal(
    loose.length,
    0,
    `files share a process, so these run around tests of all files:${list(loose)}`,
  );
});

test('nothing looks like a secret', () => {
  const patterns = [
    /-----BEGIN [A-Z ]*PRIVATE KEY/,
    /\bAKIA[0-9A-Z]{16}\b/,
    /\bgh[pousr]_[A-Za-z0-9]{30,}/,
    /\bsk_[a-z0-9-]+_[A-Za-z0-9_-]{20,}/,
    /\bxox[abp]-[0-9A-Za-z-]{20,}/,
  ];
  const files = everything.filter((file) => !file.path.endsWith('hygiene.test.ts'));
  const secrets = patterns.flatMap((pattern) => found(files, pattern));
  assert.equal(secrets.length, 0, `make it at run time (randomBytes):${list(secrets)}`);
});

test("no file names a place of one person's machine", () => {
  const places = found(
    everything.filter((file) => !file.path.endsWith('hygiene.test.ts')),
    /\/home\/[a-z]+\/|\/Users\/[A-Za-z]+\/|(^|[\s'"`(])\/work\//,
  );
  assert.equal(places.length, 0, `use a relative path:${list(places)}`);
});
