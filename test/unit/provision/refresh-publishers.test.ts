import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';
import { Changes } from '../../../src/lib/provision/changes.ts';
import type { UpContext } from '../../../src/lib/provision/context.ts';
import { refreshPublishers } from '../../../src/lib/provision/refresh-publishers.ts';
import {
  loadRelayConfig,
  relayConfigFile,
  saveRelayConfig,
} from '../../../src/lib/publisher/relay/relay-unit.ts';
import { PEERS } from '../../support/cluster-answers.ts';

let dir: string;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sc-relays-'));
  await saveRelayConfig(dir, {
    version: 1,
    stream: 'demo',
    listen: { address: '127.9.0.1', port: 1935 },
    targets: ['rtmp://127.9.9.9:1935/live'],
    keyFile: join(dir, 'key'),
    dir: join(dir, 'publishers/data/relay-demo'),
  });
});
after(() => rm(dir, { recursive: true, force: true }));

function contextOf(mode: 'apply' | 'plan'): UpContext {
  const program = { digest: 'd', entry: '/p/main.js', nodeBinary: '/p/node', missing: [] };
  return {
    layout: clusterLayout(dir),
    spec: { nodes: PEERS },
    nodes: [],
    program,
    changes: new Changes(mode),
  } as unknown as UpContext;
}

const targets = async () => (await loadRelayConfig(relayConfigFile(dir, 'demo'))).targets;

test('a plan says that a relay goes to other ingests, and changes nothing', async () => {
  const context = contextOf('plan');
  await refreshPublishers(context);
  assert.deepEqual(context.changes.list, [{ node: null, text: 'restart relay-demo: other ingests' }]);
  assert.deepEqual(await targets(), ['rtmp://127.9.9.9:1935/live']);
});

test('up brings a relay to the ingests of the spec, once', async () => {
  await refreshPublishers(contextOf('apply'));
  assert.equal((await targets()).length, 2);
  const again = contextOf('apply');
  await refreshPublishers(again);
  assert.deepEqual(again.changes.list, []);
});
