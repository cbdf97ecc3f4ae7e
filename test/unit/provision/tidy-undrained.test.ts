import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { createReach } from '../../../src/lib/nodes/reach.ts';
import { Changes } from '../../../src/lib/provision/changes.ts';
import type { UpContext } from '../../../src/lib/provision/context.ts';
import { findGone } from '../../../src/lib/provision/remote/former-nodes.ts';
import { tidy } from '../../../src/lib/provision/up.ts';
import { PEERS } from '../../support/cluster-answers.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sc-tidy-'));
});
after(() => rm(dir, { recursive: true, force: true }));

/** Nobody answers at the address of its store. */
const STORE: Peer = { ...PEERS[0]!, name: 'us-9', address: '127.237.9.9', roles: ['store'] };
const LEFT: Peer = { ...PEERS[0]!, name: 'us-8', address: '127.237.9.8', roles: ['origin'] };

test('while the store is away, a node that left the spec and that the ring may have is neither cleared nor forgotten', async () => {
  const done: string[] = [];
  const said: string[] = [];
  const context = {
    spec: { cluster: 'test', nodes: [STORE], ssh: null },
    layout: clusterLayout(dir),
    reach: createReach({ ssh: null, peers: [] }),
    without: ['us-9'],
    leaving: [LEFT],
    former: [LEFT],
    nodes: [{ node: LEFT }],
    changes: new Changes('plan'),
    driver: {
      write: async () => void done.push('write'),
      tidy: async (now: UpContext) => void done.push(...findGone(now).map(({ name }) => `clear ${name}`)),
    },
  } as unknown as UpContext;
  await tidy(context, { doing: () => undefined, happened: (text) => said.push(text) });
  assert.deepEqual(done, []);
  assert.match(said.join(), /^us-8 left the spec, and runs on/);
});
