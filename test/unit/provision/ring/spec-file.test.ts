import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ClusterRecord } from '../../../../src/lib/nodes/cluster-view.ts';
import {
  editSpecFile,
  loadSpecFile,
  refuseUnapplied,
  type SpecFile,
  writeSpecFile,
} from '../../../../src/lib/provision/ring/spec-file.ts';
import type { NodeEntry } from '../../../../src/lib/spec/edit/edit-spec.ts';

const TEXT = `version: 1
cluster: x            # a name
regions: [{ name: us }, { name: eu }]
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
  - { name: eu-1, region: eu, roles: [origin, edge] }
`;
const NODE: NodeEntry = {
  name: 'eu-2',
  region: 'eu',
  roles: ['origin'],
  address: null,
  weight: null,
  capacity: null,
};

let dir = '';
let file = '';
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'streamctl-spec-'));
  file = join(dir, 'streamctl.yaml');
});
after(async () => await rm(dir, { recursive: true }));

async function load(text = TEXT): Promise<SpecFile> {
  await writeFile(file, text);
  return await loadSpecFile(file);
}

function recordOf({ spec }: SpecFile): ClusterRecord {
  const { regions, nodes: peers, streams, defaults, block, cluster } = spec;
  const plain: unknown = JSON.parse(JSON.stringify({ regions, peers, streams, defaults, block, cluster }));
  return plain as ClusterRecord;
}

test('an edited spec is written as a whole, through links, with its mode kept', async () => {
  const link = join(dir, 'link.yaml');
  await load();
  await chmod(file, 0o640);
  await symlink(file, link);
  const edited = editSpecFile(await loadSpecFile(link), [{ kind: 'add-node', node: NODE }]);
  await writeSpecFile(edited);
  assert.equal(await readFile(file, 'utf8'), `${TEXT}  - { name: eu-2, region: eu, roles: [origin] }\n`);
  assert.equal((await stat(file)).mode & 0o777, 0o640);
  assert.deepEqual((await readdir(dir)).sort(), ['link.yaml', 'streamctl.yaml']);
});

test('an edit that leaves a region without an origin is a conflict that says so', async () => {
  const loaded = await load();
  assert.throws(() => editSpecFile(loaded, [{ kind: 'remove-node', name: 'eu-1' }]), {
    code: 'CONFLICT',
    message: /region "eu" has no node with the role (origin|edge)/,
  });
});

test('a name or an address that is taken is a conflict', async () => {
  const loaded = await load();
  const taken = { ...NODE, address: loaded.spec.nodes[1]!.address };
  assert.throws(() => editSpecFile(loaded, [{ kind: 'add-node', node: taken }]), {
    code: 'CONFLICT',
    message: /address/,
  });
  const twice = { ...NODE, name: 'eu-1' };
  assert.throws(() => editSpecFile(loaded, [{ kind: 'add-node', node: twice }]), {
    code: 'CONFLICT',
    message: /eu-1/,
  });
});

test('a node whose address follows from its place is not moved by another one leaving', async () => {
  const text = `${TEXT}  - { name: north, region: eu, roles: [origin] }\n  - { name: south, region: eu, roles: [origin] }\n`;
  const loaded = await load(text);
  assert.throws(() => editSpecFile(loaded, [{ kind: 'remove-node', name: 'north' }]), {
    code: 'CONFLICT',
    message: /south would change its address/,
  });
});

test('a spec with changes of its own is refused until up has applied them', async () => {
  const loaded = await load();
  const record = recordOf(loaded);
  refuseUnapplied(loaded, record, null);
  const commented = await load(`${TEXT}# only words\n`);
  refuseUnapplied(commented, record, null);
  const changed = await load(`${TEXT}media: { dvrSec: 60 }\n`);
  assert.throws(() => refuseUnapplied(changed, record, 'eu-2'), { code: 'CONFLICT', message: /not applied/ });
});

test('changes of the node that a killed run was about are no hindrance', async () => {
  const record = recordOf(await load());
  const added = await load(`${TEXT}  - { name: eu-2, region: eu, roles: [origin] }\n`);
  refuseUnapplied(added, record, 'eu-2');
  assert.throws(() => refuseUnapplied(added, record, 'eu-3'), { code: 'CONFLICT' });
});

test('a spec that is gone is not found', async () => {
  await assert.rejects(loadSpecFile(join(dir, 'none.yaml')), { code: 'NOT_FOUND' });
});
