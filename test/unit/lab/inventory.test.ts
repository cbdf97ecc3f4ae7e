import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { formatInventory, formatKnownHosts, formatSshConfig } from '../../../src/lib/lab/inventory.ts';
import { planLab } from '../../../src/lib/lab/lab-plan.ts';
import { labLayout } from '../../../src/lib/lab/layout.ts';
import { machineFiles } from '../../../src/lib/lab/machine-files.ts';
import { parseSpec } from '../../../src/lib/spec/parse-spec.ts';

const plan = planLab({ regions: ['us'], nodesPerRegion: 2 });
const layout = labLayout('/state', 'lab');

test('formatInventory() lists the machines as nodes of a spec, and how ssh reaches them', () => {
  assert.deepEqual(parse(formatInventory(plan, layout, '/opt/streamctl')), {
    ssh: {
      user: 'admin',
      configFile: layout.sshConfig,
      powerOn: [
        ...['env', 'STREAMCTL_HOME=/state', '/opt/streamctl/bin/streamctl'],
        ...['lab', 'power-on', '{node}', '--name', 'lab'],
      ],
    },
    regions: [{ name: 'us' }],
    nodes: [
      { name: 'us-1', region: 'us', host: '10.213.1.1', roles: ['store', 'ingest', 'origin', 'edge'] },
      { name: 'us-2', region: 'us', host: '10.213.1.2', roles: ['origin', 'edge'] },
    ],
  });
});

test('a spec with driver ssh includes the inventory as it is', () => {
  const text =
    'version: 1\ncluster: x\ndriver: ssh\ninclude: [inventory.yaml]\nnodes: [{ name: us-2, weight: 3 }]\n';
  const inventory = { shown: 'inventory.yaml', text: formatInventory(plan, layout, '/opt/streamctl') };
  const { spec, diagnostics } = parseSpec(text, 'streamctl.yaml', [inventory]);
  assert.deepEqual(diagnostics, []);
  assert.equal(spec?.ssh?.user, 'admin');
  assert.deepEqual(
    spec.nodes.map(({ name, host, weight }) => [name, host, weight]),
    [
      ['us-2', '10.213.1.2', 3],
      ['us-1', '10.213.1.1', 1],
    ],
  );
});

test('formatSshConfig() refuses unknown host keys and goes in through the lab', () => {
  const text = formatSshConfig(plan, layout, 4711);
  assert.match(text, /^Host us-1 10\.213\.1\.1\n {2}HostName 10\.213\.1\.1$/m);
  assert.match(text, /StrictHostKeyChecking yes/);
  assert.match(text, /ProxyCommand nsenter --net=\/proc\/4711\/ns\/net /);
});

test('formatKnownHosts() knows each machine by name and address, without comments', () => {
  const keys = new Map(plan.machines.map(({ name }) => [name, `ssh-ed25519 AAAA${name} somebody\n`]));
  assert.equal(
    formatKnownHosts(plan.machines, keys),
    '10.213.1.1,us-1 ssh-ed25519 AAAAus-1\n10.213.1.2,us-2 ssh-ed25519 AAAAus-2\n',
  );
});

test('machineFiles() lets in who has the key, and by no password', () => {
  const files = new Map(
    machineFiles(plan.machines[0]!, plan, 'ssh-ed25519 KEY lab\n').map((f) => [f.path, f.text]),
  );
  assert.equal(files.get('etc/hostname'), 'us-1\n');
  assert.match(files.get('etc/hosts')!, /^10\.213\.1\.2 us-2$/m);
  assert.equal(files.get('etc/ssh/lab_authorized_keys'), 'ssh-ed25519 KEY lab\n');
  assert.match(files.get('etc/ssh/sshd_config.d/lab.conf')!, /^PasswordAuthentication no$/m);
});
