import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { editSpec, type NodeEntry, type SpecEdit } from '../../../src/lib/spec/edit/edit-spec.ts';
import { fileAt } from '../../project/repository-files.ts';

const starter = fileAt('templates/starter.yaml').text;
const FLOW = `version: 1
cluster: x
regions: [{ name: us }, { name: eu }]   # where viewers are
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
`;

const add = (text: string, region: string): string => editSpec(text, { kind: 'add-region', region });
const remove = (text: string, region: string): string => editSpec(text, { kind: 'remove-region', region });

test('a region is added behind the last one, as the others are written, and taken away without a trace', () => {
  for (const text of [starter, FLOW]) {
    const after = add(text, 'ap');
    const { regions } = parse(after) as { regions: { name: string }[] };
    assert.deepEqual(
      regions.map(({ name }) => name),
      ['us', 'eu', 'ap'],
    );
    assert.equal(remove(after, 'ap'), text);
  }
  assert.match(add(starter, 'ap'), /^ {2}- name: eu\n {2}- name: ap$/m);
  assert.match(add(FLOW, 'ap'), /\[\{ name: us \}, \{ name: eu \}, \{ name: ap \}\] {3}# where viewers are/);
});

test('a region that is not there is not found, and one that comes from elsewhere is a conflict that says what to do', () => {
  assert.throws(() => remove(FLOW, 'ap'), { code: 'NOT_FOUND' });
  const without = FLOW.replace(/^regions.*\n/m, '');
  assert.throws(() => add(without, 'ap'), {
    code: 'CONFLICT',
    hint: /Add \{ name: ap \} to the regions by hand/,
  });
});

test('a node of a new region has its host, ports and weight written', () => {
  const node: NodeEntry = {
    name: 'ap-1',
    region: 'ap',
    roles: ['origin', 'edge'],
    host: 'ap-1.example.com',
    address: null,
    weight: 2,
    capacity: null,
    ports: { http: 9080 },
  };
  const after = editSpec(add(starter, 'ap'), { kind: 'add-node', node });
  const { nodes } = parse(after) as { nodes: unknown[] };
  const { address: _, capacity: __, ...written } = node;
  assert.deepEqual(nodes.at(-1), written);
});

test('a node is held to an address, beside what is written of it', () => {
  const edit: SpecEdit = { kind: 'set-address', name: 'us-1', address: '127.9.1.1' };
  assert.match(editSpec(FLOW, edit), /roles: \[store, ingest, origin, edge\], address: 127\.9\.1\.1 \}$/m);
  assert.match(editSpec(starter, edit), /^ {4}roles: \[store, ingest, origin\]\n {4}address: 127\.9\.1\.1$/m);
});
