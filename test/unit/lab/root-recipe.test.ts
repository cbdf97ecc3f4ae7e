import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  digestRecipe,
  mmdebstrapArguments,
  pickSources,
  ROOT_RECIPE,
} from '../../../src/lib/lab/root-recipe.ts';
import { REMOTE_PACKAGES, SYSTEM_PACKAGES } from '../../../src/lib/provision/packages.ts';

test('a machine has every package that a cluster needs', () => {
  const needed = [...SYSTEM_PACKAGES, ...REMOTE_PACKAGES];
  const lacking = needed.filter(({ name }) => !ROOT_RECIPE.packages.includes(name));
  assert.deepEqual(lacking, []);
});

test('digestRecipe() names another recipe otherwise, and the same one alike in any order', () => {
  const digest = digestRecipe(ROOT_RECIPE, 'x64');
  const { packages } = ROOT_RECIPE;
  assert.match(digest, /^bookworm-[0-9a-f]{12}$/);
  assert.equal(digestRecipe({ ...ROOT_RECIPE, packages: packages.toReversed() }, 'x64'), digest);
  assert.notEqual(digestRecipe({ ...ROOT_RECIPE, packages: [...packages, 'curl'] }, 'x64'), digest);
  assert.notEqual(digestRecipe({ ...ROOT_RECIPE, commands: [] }, 'x64'), digest);
  assert.notEqual(digestRecipe(ROOT_RECIPE, 'arm64'), digest);
});

test('mmdebstrapArguments() hands commands to a shell in the new root as one word each', () => {
  const recipe = { suite: 'bookworm', packages: ['systemd', 'sudo'], commands: ["echo 'a b' >/x"] };
  const given = mmdebstrapArguments(recipe, '/roots/x.draft', ['deb one']);
  assert.ok(given.includes('--include=systemd,sudo'));
  assert.ok(given.includes(`--customize-hook=chroot "$1" sh -ec 'echo '\\''a b'\\'' >/x'`));
  assert.deepEqual(given.slice(-3), ['bookworm', '/roots/x.draft', 'deb one']);
});

test('pickSources() takes the sources of Debian of that suite, once each, and no others', () => {
  const targets = [
    'Debian|bookworm|deb http://mirror/debian bookworm main',
    'Debian|bookworm|deb http://mirror/debian bookworm main',
    'Debian|bookworm-security|deb http://mirror/security bookworm-security main',
    'Debian|trixie|deb http://mirror/debian trixie main',
    'Somebody|bookworm|deb http://elsewhere bookworm main',
    '',
  ];
  assert.deepEqual(pickSources(targets.join('\n'), 'bookworm'), [
    'deb http://mirror/debian bookworm main',
    'deb http://mirror/security bookworm-security main',
  ]);
});
