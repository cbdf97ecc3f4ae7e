import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { removeRoots, sortRoots } from '../../../src/lib/lab/ensure-root.ts';
import { takeLock } from '../../../src/lib/provision/lock.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-roots-'));
after(() => rmSync(home, { recursive: true }));

test('roots are not removed while one is built', async () => {
  const roots = join(home, 'roots');
  const draft = join(roots, 'debian.draft');
  mkdirSync(draft, { recursive: true });
  const giveBack = await takeLock({ file: join(roots, 'lock'), command: 'streamctl lab up', waitMs: 0 });
  await assert.rejects(removeRoots(roots, home), { code: 'LOCKED', message: /one is being built$/ });
  assert.ok(existsSync(draft));
  assert.ok(existsSync(join(roots, 'lock')));
  await giveBack();
});

test('a root that a lab has its disks over is kept, also while the lab is stopped', () => {
  const records = [
    { name: 'mine', root: '/roots/old' },
    { name: 'fresh', root: null },
    { name: 'strange', root: '/elsewhere/root' },
  ];
  assert.deepEqual(sortRoots('/roots', ['lock', 'lock.4711', 'new', 'new.draft', 'old'], records), {
    unneeded: ['/roots/new', '/roots/new.draft'],
    labs: ['mine'],
  });
});
