/** A machine beside those of a cluster, on the same wire and in no mesh: what it gets to see and to do. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findObstacle } from '../../../src/lib/lab/check-host.ts';
import { labLayout } from '../../../src/lib/lab/layout.ts';
import { runCli } from '../../support/cli.ts';
import { runInMachine } from '../../support/lab-node.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-stranger-'));
const place = { cwd: home, home };
const layout = labLayout(home, 'lab');
const skip =
  process.getuid?.() === 0 ? ((await findObstacle(home)) ?? false) : 'needs root: namespaces and mounts';

const PUBLIC = '10.213.1.1';
const MESH = '10.77.1.1';
const SPEC = `version: 1
cluster: guarded
driver: ssh
ssh: { configFile: ${layout.sshConfig}, user: admin }
mesh: { block: 10.77.0.0/16 }
regions: [{ name: us }, { name: eu }]
nodes:
  - { name: us-1, region: us, host: ${PUBLIC}, roles: [store, ingest, origin, edge] }
  - { name: eu-1, region: eu, host: 10.213.2.1, roles: [origin, edge] }
streams: [{ name: demo }]
`;

const cli = (...words: string[]) => runCli(words, place);
const onMachine = (machine: string, command: string) => runInMachine(layout.sshConfig, machine, command);

/** us-2 is in no spec, and on one wire with us-1. */
const stranger = (command: string) => onMachine('us-2', command);

/** Those of some TCP ports that a machine can open on an address. */
async function openPorts(machine: string, address: string, ports: readonly number[]): Promise<number[]> {
  const probe = `for p in ${ports.join(' ')}; do (timeout 2 bash -c "exec 3<>/dev/tcp/${address}/$p" 2>/dev/null && echo $p) & done; wait`;
  const { stdout } = await onMachine(machine, probe);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .toSorted((a, b) => a - b);
}

const WORLD = [22, 1935, 8080];
const INSIDE = [1936, 6379, 8081, 8082, 8083];

describe('a stranger on the network', { skip, timeout: 180_000 }, () => {
  before(async () => {
    const lab = await cli('lab', 'up', '--regions', 'us,eu', '--nodes-per-region', '2');
    assert.equal(lab.status, 0, lab.stderr);
    writeFileSync(join(home, 'streamctl.yaml'), SPEC);
    const up = await cli('up');
    assert.equal(up.status, 0, up.stderr + up.stdout);
    // The way to the addresses of the mesh past the tunnel, as everyone on the wire can make one.
    await stranger(`ip route add 10.77.0.0/16 via ${PUBLIC}`);
  });
  after(async () => {
    await cli('lab', 'down');
    rmSync(home, { recursive: true, force: true });
  });

  test('finds ssh, RTMP and the edge open, and nothing else', async () => {
    assert.deepEqual(await openPorts('us-2', PUBLIC, [...WORLD, ...INSIDE]), WORLD);
  });

  test('reaches nothing by addresses of the mesh, where a node reaches all', async () => {
    assert.deepEqual(
      await openPorts('eu-1', MESH, INSIDE),
      [6379, 8081, 8082, 8083, 1936].toSorted((a, b) => a - b),
    );
    assert.deepEqual(await openPorts('us-2', MESH, [...WORLD, ...INSIDE]), []);
  });

  test('reads no feed and no status through the edge', async () => {
    const ask = (path: string) =>
      `exec 3<>/dev/tcp/${PUBLIC}/8080; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; head -n 1 <&3`;
    for (const path of ['/feed/demo', '/status', '/v1/status', '/hooks/publish', '/live/../feed/demo']) {
      const { stdout } = await stranger(`timeout 5 bash -c "${ask(path)}"`);
      assert.match(stdout, /^HTTP\/1\.1 (400|404)/, path);
    }
  });

  test('publishes nothing without a key', async () => {
    const input = '-f lavfi -i testsrc=size=64x64:rate=5 -t 1 -c:v flv1 -f flv';
    const { status } = await stranger(`timeout 15 ffmpeg -v error ${input} rtmp://${PUBLIC}/live/guess`);
    assert.notEqual(status, 0);
    const { stdout } = await onMachine(
      'us-1',
      'journalctl --no-pager -u streamctl-guarded-agent | tail -n 20',
    );
    assert.match(stdout, /publisher refused/);
  });

  test('does not get into the mesh with a key of its own', async () => {
    const server = (await onMachine('us-1', 'wg show all public-key')).stdout.split('\t')[1]!;
    const join = [
      'ip route del 10.77.0.0/16',
      'wg genkey >/root/key; ip tuntap add dev wg9 mode tun; ip address add 10.77.2.1/32 dev wg9; ip link set wg9 up',
      '(wireguard-go -f wg9 >/dev/null 2>&1 &) ; until wg show wg9 >/dev/null 2>&1; do sleep 0.05; done',
      `wg set wg9 private-key /root/key peer ${server} allowed-ips 10.77.0.0/16 endpoint ${PUBLIC}:51820`,
      'ip route add 10.77.0.0/16 dev wg9',
    ].join('\n');
    assert.equal((await stranger(join)).status, 0);
    assert.deepEqual(await openPorts('us-2', MESH, INSIDE), []);
    const { stdout } = await stranger('wg show wg9 latest-handshakes');
    assert.equal(stdout.split('\t')[1], '0');
  });

  test('hears on the wire nothing of what nodes say to one another', async () => {
    // Packets of one interface as they are: what goes to other machines leaves through it.
    const bind = 'bind(S, pack("S n i S C C x8", 17, 3, <I>, 0, 0, 0))';
    const perl = `socket(S,17,3,unpack("n",pack("S",3))); open(I,"/sys/class/net/host0/ifindex"); ${bind} or die; $SIG{ALRM}=sub{exit}; alarm 6; while(sysread(S,$b,65536)){ print $b }`;
    const listen = `perl -e '${perl}' >/root/wire`;
    const say = (address: string, port: number, word: string) =>
      onMachine(
        'eu-1',
        `timeout 3 bash -c "exec 3<>/dev/tcp/${address}/${port}; echo ${word} >&3; sleep 0.2"`,
      );
    const heard = onMachine('us-1', listen);
    await onMachine('us-1', 'until [ -e /root/wire ]; do sleep 0.05; done; sleep 0.3');
    await say(PUBLIC, 8080, 'said-openly');
    await say(MESH, 6379, 'said-in-the-mesh');
    await heard;
    const count = async (word: string) =>
      Number((await onMachine('us-1', `grep -ac ${word} /root/wire`)).stdout);
    assert.ok((await count('said-openly')) > 0, 'the wire was heard');
    assert.equal(await count('said-in-the-mesh'), 0);
  });

  test('secrets are where they are needed and for who needs them', async () => {
    const names = async (machine: string) =>
      (await onMachine(machine, 'ls /var/lib/streamctl/guarded/secrets')).stdout.split('\n');
    assert.deepEqual(await names('us-1'), ['key-secret', 'redis-ingest']);
    assert.deepEqual(await names('eu-1'), ['redis-node']);
    const find = `find / -xdev -type f -size -64k '(' -path '*/guarded/*' -o -path '/etc/*' ')' -perm /077`;
    for (const [machine, file] of [
      ['us-1', 'redis-ingest'],
      ['us-1', 'key-secret'],
    ] as const) {
      const secret = (
        await onMachine(machine, `cat /var/lib/streamctl/guarded/secrets/${file}`)
      ).stdout.trim();
      const { stdout } = await onMachine(machine, `${find} -exec grep -l -- '${secret}' {} +`);
      assert.equal(stdout, '', file);
    }
    const ours = readFileSync(join(home, 'guarded/secrets/redis-password'), 'utf8').trim();
    assert.equal((await onMachine('us-1', `grep -rl -- '${ours}' /var/lib/streamctl`)).stdout, '');
  });
});
