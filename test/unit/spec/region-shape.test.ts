import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeRegion } from '../../../src/lib/spec/region-shape.ts';
import type { RawSpec } from '../../../src/lib/spec/schema.ts';

const RAW: RawSpec = {
  version: 1,
  cluster: 'x',
  regions: [{ name: 'us' }, { name: 'eu' }],
  nodes: [
    { name: 'us-1', region: 'us', roles: ['store', 'ingest', 'origin', 'edge'] },
    { name: 'db', region: 'us', roles: ['store'] },
    { name: 'eu-1', region: 'eu', roles: ['ingest', 'origin'], weight: 3, ports: { http: 9080 } },
    { name: 'eu-2', region: 'eu', roles: ['edge'], capacity: 2.5 },
  ],
};
const shape = (nodes: readonly string[] | number | null, like = 'eu', raw = RAW) =>
  shapeRegion(raw, { region: 'ap', like, nodes });

test('each node of the other region has a copy, with a new name and without its place', () => {
  assert.deepEqual(shape(null), [
    {
      name: 'ap-1',
      region: 'ap',
      roles: ['ingest', 'origin'],
      host: null,
      address: null,
      weight: 3,
      capacity: null,
      viewers: null,
      ports: { http: 9080 },
    },
    {
      name: 'ap-2',
      region: 'ap',
      roles: ['edge'],
      host: null,
      address: null,
      weight: null,
      capacity: 2.5,
      viewers: null,
      ports: null,
    },
  ]);
});

test('the store is not copied, nor a node that is nothing else', () => {
  assert.deepEqual(
    shape(null, 'us').map(({ name, roles }) => [name, roles.join(' ')]),
    [['ap-1', 'ingest origin edge']],
  );
});

test('more nodes are copies in turn, and of fewer each has the roles of several', () => {
  const brief = (nodes: number) => shape(nodes).map(({ name, roles }) => [name, roles.join(' ')]);
  assert.deepEqual(brief(3), [
    ['ap-1', 'ingest origin'],
    ['ap-2', 'edge'],
    ['ap-3', 'ingest origin'],
  ]);
  assert.deepEqual(brief(1), [['ap-1', 'ingest origin edge']]);
});

test('places are hosts of machines, and addresses of this one', () => {
  const remote: RawSpec = { ...RAW, driver: 'ssh' };
  const [first] = shape(['203.0.113.7', '203.0.113.8'], 'eu', remote);
  assert.deepEqual([first?.host, first?.address], ['203.0.113.7', null]);
  const [local] = shape(['127.9.9.1'], 'eu');
  assert.deepEqual([local?.host, local?.address], [null, '127.9.9.1']);
  assert.throws(() => shape(2, 'eu', remote), { code: 'USAGE', message: /which machines/ });
});

test('where the addresses of its position are taken it has a number that no region or node has', () => {
  const us = { name: 'us-1', region: 'us', roles: ['edge' as const], address: '10.9.4.1' };
  const eu = { name: 'eu-1', region: 'eu', roles: ['origin' as const], host: 'a', address: '10.9.3.1' };
  const remote: RawSpec = { ...RAW, driver: 'ssh', mesh: { block: '10.9.0.0/16' }, nodes: [us, eu] };
  assert.deepEqual(
    shape(['b', 'c'], 'eu', remote).map(({ host, address }) => [host, address]),
    [
      ['b', '10.9.5.1'],
      ['c', '10.9.5.2'],
    ],
  );
  const [local] = shape(null, 'eu', { ...RAW, nodes: [...RAW.nodes, { ...us, address: '127.9.3.1' }] });
  assert.equal(local?.address, null, 'of another block');
});

test('names that are taken are passed over', () => {
  const taken = { ...RAW, nodes: [...RAW.nodes, { name: 'ap-1', region: 'us', roles: ['edge' as const] }] };
  assert.deepEqual(
    shape(2, 'eu', taken).map(({ name }) => name),
    ['ap-2', 'ap-3'],
  );
});

test('the url of an edge is its own: a copy has none', () => {
  const nodes = RAW.nodes.map((node) =>
    node.name === 'eu-2' ? { ...node, url: 'https://eu.example.com' } : node,
  );
  const copies = shape(null, 'eu', { ...RAW, nodes });
  assert.doesNotMatch(JSON.stringify(copies), /example/);
});
