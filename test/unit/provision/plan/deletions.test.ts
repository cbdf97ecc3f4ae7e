import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { compareToSpec, wordDeletions } from '../../../../src/lib/provision/plan/deletions.ts';

const nodes = ['us-1', 'eu-1'].map((name) => ({ name })) as unknown as Peer[];
const spec = { nodes, regions: ['us', 'eu'] };

test('nodes and regions that the record has and the spec has not are deletions', () => {
  const peers = [...nodes, { name: 'ap-1' }] as unknown as Peer[];
  const found = compareToSpec(spec, { record: { peers, regions: ['us', 'ap'] }, onDisk: [], inRing: [] });
  assert.deepEqual(found, { nodes: ['ap-1'], regions: ['ap'] });
  assert.equal(wordDeletions(found), 'region ap, node ap-1');
});

test('a node that an earlier up took out in part still counts, by its files', () => {
  const found = compareToSpec(spec, {
    record: { peers: nodes, regions: spec.regions },
    onDisk: ['us-1', 'us-9'],
    inRing: [],
  });
  assert.deepEqual(found, { nodes: ['us-9'], regions: [] });
});

test('nothing is deleted where there was nothing', () => {
  assert.equal(wordDeletions(compareToSpec(spec, { record: null, onDisk: [], inRing: [] })), '');
});

test('a node that another machine added is known by the ring', () => {
  const inRing = [
    { name: 'us-1', region: 'us' },
    { name: 'ap-1', region: 'ap' },
  ];
  assert.deepEqual(compareToSpec(spec, { record: null, onDisk: [], inRing }), {
    nodes: ['ap-1'],
    regions: ['ap'],
  });
});
