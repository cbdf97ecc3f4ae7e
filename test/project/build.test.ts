import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './repository-files.ts';

test("the built program imports none of Node's modules but node:module: each would load all that hides behind it", () => {
  const folder = join(ROOT, 'dist');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const modules = names.filter((name) => name.endsWith('.js') && !name.startsWith('www/'));
  assert.ok(modules.length > 10, 'there is a build');
  const imports = modules.flatMap((name) => [
    ...readFileSync(join(folder, name), 'utf8').matchAll(/\b(?:import|from)\s*["'](node:[a-z_/0-9]+)["']/g),
  ]);
  assert.deepEqual(
    [...new Set(imports.map(([, name]) => name))],
    ['node:module'],
    'let bin/plain-builtins.ts see the others',
  );
});
