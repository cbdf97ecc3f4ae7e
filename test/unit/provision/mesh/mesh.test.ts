import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { parseHandshakes } from '../../../../src/lib/provision/mesh/await-mesh.ts';
import { findCollision } from '../../../../src/lib/provision/mesh/find-collision.ts';
import {
  formatLinkScript,
  formatMeshConf,
  formatMeshUnit,
  formatPeersScript,
  parsePeerKeys,
} from '../../../../src/lib/provision/mesh/format-mesh.ts';
import { type MeshFacts, meshInterface, planMesh } from '../../../../src/lib/provision/mesh/mesh.ts';
import { DEFAULT_PORTS } from '../../../../src/lib/spec/defaults.ts';

const peer = (name: string, last: string): Peer => ({
  name,
  region: name.slice(0, 2),
  address: `10.9.${last}`,
  publicAddress: `${name}.example.com`,
  roles: ['origin'],
  ports: DEFAULT_PORTS,
  weight: 1,
});
const [us, eu, ap] = [peer('us-1', '1.1'), peer('eu-1', '2.1'), peer('ap-1', '3.1')] as const;
const fact = (publicKey: string | null): MeshFacts => ({ publicKey, kernel: false, mtu: 1460, networks: [] });
const facts = new Map([
  ['us-1', fact('US')],
  ['eu-1', fact('EU')],
  ['ap-1', fact(null)],
]);
const settings = { cluster: 'gala-night', block: '10.9', port: 51820 };
const plan = planMesh(settings, us, { peers: [us, eu, ap], facts });

test('planMesh() joins a node with every other that has a key, by its public name', () => {
  assert.deepEqual(plan.peers, [
    { name: 'eu-1', publicKey: 'EU', endpoint: 'eu-1.example.com:51820', address: '10.9.2.1' },
  ]);
});

test("planMesh() leaves room for the tunnel's own bytes in the machine's packets", () => {
  assert.equal(plan.mtu, 1380);
});

test('meshInterface() fits into the 15 characters that Linux has, and tells blocks apart', () => {
  assert.equal(meshInterface('gala-night-of-the-proms', '10.254'), 'sc254-galanight');
  assert.notEqual(meshInterface('gala', '10.1'), meshInterface('gala', '10.2'));
});

test('formatMeshConf() lets each peer speak for its own address alone', () => {
  const text = formatMeshConf(plan, 'SECRET\n');
  assert.match(text, /PrivateKey = SECRET\nListenPort = 51820\n/);
  assert.match(text, /PublicKey = EU\nAllowedIPs = 10\.9\.2\.1\/32\nEndpoint = eu-1\.example\.com:51820\n/);
});

test('a mesh tells the keys of its peers again, so that one that is away can stay in it', () => {
  assert.deepEqual(parsePeerKeys(formatMeshConf(plan, 'SECRET\n')), { 'eu-1': 'EU' });
  assert.deepEqual(parsePeerKeys(''), {});
});

test("wireguard-go leaves half of the machine's cores to others; the kernel needs no process", () => {
  const place = { clusterDir: '/var/lib/streamctl/gala-night', node: 'us-1' };
  assert.match(
    formatMeshUnit(plan, place),
    /ExecStart=.*GOMAXPROCS=\$\$\(\(\(\$\$\(nproc\) \+ 1\) \/ 2\)\) exec \/usr\/bin\/wireguard-go -f /,
  );
  assert.doesNotMatch(formatMeshUnit({ ...plan, kernel: true }, place), /wireguard-go/);
});

test('no file that others may read holds the private key', () => {
  const place = { clusterDir: '/var/lib/streamctl/gala-night' };
  const scripts = [formatLinkScript(plan, 'streamctl-gala-night'), formatPeersScript(plan, place)];
  for (const text of [...scripts, formatMeshUnit(plan, place)]) {
    assert.doesNotMatch(text, /SECRET|PrivateKey/);
  }
});

test("formatLinkScript() keeps out what comes past the tunnel, and makes the kind of device that the machine's kernel can", () => {
  const script = formatLinkScript(plan, 'streamctl-gala-night');
  assert.match(script, /iifname != \{ "lo", "sc9-galanight" \} ip daddr 10\.9\.0\.0\/16 drop/);
  assert.match(script, /ip tuntap add dev sc9-galanight mode tun/);
  assert.match(formatLinkScript({ ...plan, kernel: true }, 'x'), /ip link add sc9-galanight type wireguard/);
});

for (const [networks, found] of [
  [['192.168.1.0/24', '10.8.0.0/16'], null],
  [['10.9.44.0/24'], '10.9.44.0/24'],
  [['10.0.0.0/8'], '10.0.0.0/8'],
  [['10.9.1.1'], '10.9.1.1'],
  [['0.0.0.0/0', 'fe80::/64'], null],
] as const) {
  test(`findCollision() of ${networks.join(' and ')} with 10.9.0.0/16 is ${found ?? 'none'}`, () => {
    assert.equal(findCollision(networks, '10.9.0.0/16'), found);
  });
}

test('parseHandshakes() counts only peers that ever answered', () => {
  assert.deepEqual([...parseHandshakes('EU\t1764000000\nAP\t0\n')], ['EU']);
});
