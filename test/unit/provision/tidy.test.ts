import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';
import type { Role } from '../../../src/lib/nodes/node-config.ts';
import { Changes } from '../../../src/lib/provision/changes.ts';
import type { UpContext } from '../../../src/lib/provision/context.ts';
import { isMissed } from '../../../src/lib/provision/leaving-nodes.ts';
import { tidy } from '../../../src/lib/provision/up.ts';

const REPORT = { doing: () => undefined, happened: () => undefined };

const dir = mkdtempSync(join(tmpdir(), 'streamctl-tidy-'));
after(() => rmSync(dir, { recursive: true }));

/** What the driver is asked for, in order, when nodes of these roles have left. */
async function asked(mode: 'apply' | 'plan', ...roles: Role[]): Promise<string[]> {
  const calls: string[] = [];
  const note = (name: string) => async () => void calls.push(name);
  const driver = { machineDir: '/x', write: note('write'), tidy: note('tidy'), start: note('start') };
  await tidy(
    {
      driver,
      changes: new Changes(mode),
      spec: { cluster: 'demo', nodes: [], streams: {} },
      layout: clusterLayout(dir),
      leaving: roles.map((role) => ({ name: role, roles: [role] })),
      former: [],
      without: [],
      nodes: [],
      program: { digest: 'd', entry: '/p/main.js', nodeBinary: '/p/node', missing: [] },
      templates: {},
      version: '1',
    } as unknown as UpContext,
    REPORT,
  );
  return calls;
}

test('when a store has left, Sentinels begin anew without it, and not before it is gone', async () => {
  assert.deepEqual(await asked('apply', 'store'), ['write', 'tidy', 'start']);
  assert.deepEqual(await asked('plan', 'store'), ['write', 'tidy']);
});

test('when other nodes have left nothing is started anew', async () => {
  assert.deepEqual(await asked('apply', 'edge'), ['write', 'tidy']);
  assert.deepEqual(await asked('apply'), ['tidy']);
});

test('nodes that others copy or subscribe to are known to them until they have left', () => {
  for (const [role, missed] of [
    ['store', true],
    ['origin', true],
    ['edge', false],
    ['ingest', false],
  ] as const) {
    assert.equal(isMissed({ roles: [role] }), missed, role);
  }
});
