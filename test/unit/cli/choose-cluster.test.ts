import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chooseClusterDir } from '../../../src/lib/cli/context.ts';
import { clusterLayout } from '../../../src/lib/nodes/layout.ts';

let home = '';
let spec = '';
const usual = process.env.STREAMCTL_HOME;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'streamctl-choose-'));
  spec = join(home, 'streamctl.yaml');
  process.env.STREAMCTL_HOME = home;
  for (const cluster of ['demo', 'rehearsal']) {
    const { record } = clusterLayout(join(home, cluster));
    await mkdir(join(home, cluster));
    await writeFile(record, JSON.stringify({ version: 1, cluster, specFile: spec, specDigest: '' }));
  }
});
after(async () => {
  if (usual === undefined) delete process.env.STREAMCTL_HOME;
  else process.env.STREAMCTL_HOME = usual;
  await rm(home, { recursive: true });
});

const specOf = (cluster: string): string => `version: 1
cluster: ${cluster}
regions: [{ name: us }]
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
streams: [{ name: demo }]
`;
const chosen = async (): Promise<string> => (await chooseClusterDir({ spec })).name;

test('of several clusters that one spec file made, the one that it names now is meant', async () => {
  for (const cluster of ['rehearsal', 'demo']) {
    await writeFile(spec, specOf(cluster));
    assert.equal(await chosen(), cluster);
  }
});

test('a spec that cannot be read, or names a cluster that never ran, means what it made', async () => {
  for (const text of ['version: [', specOf('later')]) {
    await writeFile(spec, text);
    assert.equal(await chosen(), 'demo');
  }
});
