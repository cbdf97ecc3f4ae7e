/** A cluster on six machines of a lab in three regions: what is refused, what is continued, and that down leaves nothing. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ClusterStatus } from '../../../src/lib/health/cluster-status.ts';
import { findObstacle } from '../../../src/lib/lab/check-host.ts';
import { labLayout, machineLayout } from '../../../src/lib/lab/layout.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { runInMachine } from '../../support/lab-node.ts';
import { MACHINE_FAULTS } from '../../support/machine-faults.ts';
import { until } from '../../support/until.ts';

const home = mkdtempSync(join(tmpdir(), 'streamctl-remote-'));
const place = { cwd: home, home };
const layout = labLayout(home, 'lab');
const REGIONS = ['us', 'eu', 'ap'];
const MACHINES = ['us-1', 'us-2', 'eu-1', 'eu-2', 'ap-1', 'ap-2'];
const skip =
  process.getuid?.() === 0 ? ((await findObstacle(home)) ?? false) : 'needs root: namespaces and mounts';

const cli = (...words: string[]) => runCli(words, place);
const onMachine = (machine: string, command: string) => runInMachine(layout.sshConfig, machine, command);

/** A path of a machine's disk, as this machine sees what was written to it. */
const onDisk = (machine: string, path: string) => join(machineLayout(layout, machine).upper, path);

/** `more` is put behind a node's name: `ap-1, weight: 2`. */
function writeSpec(file: string, ssh: string, more = ''): void {
  const nodes = MACHINES.map((name, index) => {
    const [region, number] = name.split('-') as [string, string];
    const roles = number === '2' ? 'edge' : index === 0 ? 'store, ingest, origin' : 'ingest, origin';
    const named = more.startsWith(`${name},`) ? more : name;
    return `  - { name: ${named}, region: ${region}, host: 10.213.${REGIONS.indexOf(region) + 1}.${number}, roles: [${roles}] }`;
  });
  const lines = [
    'version: 1',
    'cluster: lab-test',
    'driver: ssh',
    `ssh: { configFile: ${ssh}, connectTimeoutSec: 3 }`,
  ];
  const regions = ['regions:', ...REGIONS.map((name) => `  - name: ${name}`), 'nodes:', ...nodes];
  writeFileSync(join(home, file), `${[...lines, ...regions, 'streams:', '  - name: demo'].join('\n')}\n`);
}

interface UpReport {
  readonly changes: readonly { readonly node: string | null; readonly text: string }[];
  readonly without: readonly string[];
}

interface Refusal {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly details: {
      readonly nodes: readonly { readonly node: string; readonly done: boolean }[];
      readonly facts: Readonly<Record<string, string>>;
    };
  };
}

/** Runs `up` of a spec that must be refused before anything is changed. */
async function refused(spec = 'streamctl.yaml'): Promise<Refusal['error'] & { readonly failed: string[] }> {
  const run = await cli('up', '--spec', spec, '--json');
  assert.equal(run.status, 4, run.stdout + run.stderr);
  const { error } = run.json() as unknown as Refusal;
  const failed = error.details.nodes.filter(({ done }) => !done).map(({ node }) => node);
  assert.ok(!existsSync(onDisk('us-1', 'var/lib/streamctl')), 'nothing was changed');
  return { ...error, failed };
}

/** Starts `up`, and kills it as soon as something is there. */
async function killUp(when: () => boolean, what: string): Promise<void> {
  const { child, done } = startCli(['up'], place);
  await until(() => Promise.resolve(when()), what);
  child.kill('SIGKILL');
  await done;
}

describe('a cluster on machines', { skip, timeout: 280_000 }, () => {
  before(async () => {
    const up = await cli('lab', 'up', '--regions', 'us,eu,ap', '--nodes-per-region', '2');
    assert.equal(up.status, 0, up.stderr);
    writeSpec('streamctl.yaml', layout.sshConfig);
  });
  after(async () => {
    await cli('lab', 'down');
    rmSync(home, { recursive: true, force: true });
  });

  test('a machine that is off is named, with what became of the others', async () => {
    await cli('lab', 'power-off', 'ap-2');
    const { code, message, hint, failed, details } = await refused();
    assert.equal(code, 'UNREACHABLE');
    assert.match(hint, /--without ap-2/);
    assert.match(message, /^ap-2: connect: /);
    assert.deepEqual(failed, ['ap-2']);
    assert.match(details.facts['us-1'] ?? '', /done/);
    assert.equal((await cli('lab', 'power-on', 'ap-2')).status, 0);
  });

  test('an unknown host key is refused, with the fingerprint that the machine shows', async () => {
    const known = join(home, 'known_hosts');
    const lines = readFileSync(layout.knownHosts, 'utf8').split('\n');
    writeFileSync(known, lines.filter((line) => !line.includes('eu-1')).join('\n'));
    const text = readFileSync(layout.sshConfig, 'utf8').replace(layout.knownHosts, known);
    writeFileSync(join(home, 'ssh-config'), text);
    writeSpec('strange.yaml', 'ssh-config');
    const { code, failed, details } = await refused('strange.yaml');
    assert.equal(code, 'HOST_KEY');
    assert.deepEqual(failed, ['eu-1']);
    assert.match(details.facts['key shown'] ?? '', /^ssh-ed25519 SHA256:/);
  });

  for (const { what, machine, breaks, mends, code, says } of MACHINE_FAULTS) {
    test(`${what} is refused by name before anything is changed`, async () => {
      assert.equal((await onMachine(machine, breaks)).status, 0);
      const error = await refused();
      assert.equal((await onMachine(machine, mends)).status, 0);
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.ok(error.hint.length > 0);
    });
  }

  test('plan says what up would do, and does nothing', async () => {
    const run = await cli('plan', '--json');
    assert.equal(run.status, 2, run.stdout + run.stderr);
    const { changes } = run.json<{ changes: { node: string | null; text: string }[] }>();
    const own = changes.filter(({ node }) => node === 'ap-2').map(({ text }) => text);
    for (const text of ['make the node', 'start the mesh', 'start agent', 'start nginx-edge'])
      assert.ok(own.includes(text), `${text} in ${own.join(', ')}`);
    assert.ok(!existsSync(onDisk('us-1', 'var/lib/streamctl')));
  });

  test('an up that is killed while it uploads, and again while it starts units, is gone on with', async () => {
    await killUp(() => existsSync(onDisk('us-1', 'var/lib/streamctl/lab-test/program')), 'the upload');
    const node = 'var/lib/streamctl/lab-test/nodes/us-1/node.json';
    await killUp(() => existsSync(onDisk('us-1', node)), 'the files of a node');
    const run = await cli('up', '--json');
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { changes } = run.json<{ changes: { text: string }[] }>();
    assert.ok(!changes.some(({ text }) => text.startsWith('bring ')), 'the program is there already');
  });

  test('up changes nothing where nothing differs, and plan agrees', async () => {
    const run = await cli('up', '--json');
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.deepEqual(run.json<{ changes: unknown[] }>().changes, []);
    assert.equal((await cli('plan')).status, 0);
  });

  test('status and stream list reach agents and store through ssh', async () => {
    const status = async () => (await cli('status', '--json')).json<ClusterStatus>();
    await until(async () => (await status()).healthy, 'the cluster to be healthy');
    const { nodes, storeNode } = await status();
    assert.equal(storeNode, 'us-1');
    assert.deepEqual(nodes.map(({ name }) => name).sort(), MACHINES.toSorted());
    const { streams } = (await cli('stream', 'list', '--json')).json<{ streams: { name: string }[] }>();
    assert.deepEqual(
      streams.map(({ name }) => name),
      ['demo'],
    );
  });

  test('doctor looks at every machine, at their clocks together, and at who reaches whom', async () => {
    const run = await cli('doctor', '--json');
    assert.equal(run.status, 0, run.stdout + run.stderr);
    const { findings } = run.json<{ findings: { check: string; text: string }[] }>();
    for (const machine of MACHINES) {
      const texts = findings.filter(({ check }) => check === machine).map(({ text }) => text);
      assert.ok(
        texts.some((text) => /^debian 12/.test(text)),
        texts.join('\n'),
      );
      assert.ok(
        texts.some((text) => /^reaches \d+ services/.test(text)),
        texts.join('\n'),
      );
    }
    assert.ok(findings.some(({ check, text }) => check === 'clocks' && text.includes('ms apart')));
  });

  test("logs tell what a machine's units said", async () => {
    const { lines } = (await cli('logs', 'ap-2', '--lines', '500', '--json')).json<{
      lines: { node: string; unit: string }[];
    }>();
    assert.deepEqual([...new Set(lines.map(({ node }) => node))], ['ap-2']);
    assert.ok(lines.some(({ unit }) => unit === 'agent'));
  });

  test('units run as a user without rights, and nothing internal listens to the world', async () => {
    const { stdout } = await onMachine('us-1', 'ss -Hltn4 | tr -s " " | cut -d " " -f 4');
    const world = stdout
      .split('\n')
      .filter((one) => !/^(127\.|10\.\d+\.1\.1:)/.test(one) || one.startsWith('10.213.'));
    assert.deepEqual(world.toSorted(), ['0.0.0.0:1935', '0.0.0.0:22']);
    const user = await onMachine('us-1', 'ps -o user= -C redis-server,nginx | sort -u');
    assert.equal(user.stdout, 'streamctl');
  });

  test('a machine that is off is shown by status, which still ends', async () => {
    await cli('lab', 'power-off', 'ap-2');
    const run = await cli('status', '--json');
    assert.equal(run.status, 7, run.stdout + run.stderr);
    const down = run.json<ClusterStatus>().nodes.find(({ name }) => name === 'ap-2');
    assert.notEqual(down?.health, 'up');
  });

  test('without a machine that is off the others are changed, and up does the rest when it is back', async () => {
    writeSpec('streamctl.yaml', layout.sshConfig, 'ap-1, weight: 2');
    const run = await cli('up', '--without', 'ap-2', '--json');
    assert.equal(run.status, 10, run.stdout + run.stderr);
    const { changes, without } = run.json<UpReport>();
    assert.deepEqual(without, ['ap-2']);
    const changed = new Set(changes.map(({ node }) => node).filter((node) => node !== null));
    assert.deepEqual([...changed].sort(), MACHINES.filter((name) => name !== 'ap-2').sort());
    assert.ok(!changes.some(({ text }) => text.includes('mesh')), 'it keeps its place in the mesh');
    assert.equal((await cli('plan', '--without', 'ap-2')).status, 0);
    assert.equal((await cli('lab', 'power-on', 'ap-2')).status, 0);
    const later = await cli('up', '--json');
    assert.equal(later.status, 0, later.stdout + later.stderr);
    assert.ok(later.json<UpReport>().changes.every(({ node }) => node === 'ap-2' || node === null));
  });

  test('a node that is renamed gets its machine when the former one has left it, and is not wiped with that', async () => {
    const file = join(home, 'streamctl.yaml');
    // A region has an edge all the time.
    const renamed = readFileSync(file, 'utf8')
      .replace('name: ap-2', 'name: ap-9')
      .replace(/(name: ap-1,.*origin)\]/, '$1, edge]');
    writeFileSync(file, renamed);
    const refusal = await cli('up', '--confirm=lab-test', '--json');
    assert.notEqual(refusal.status, 0);
    const { error } = refusal.json() as unknown as Refusal;
    assert.equal(error.code, 'CONFLICT');
    assert.match(error.message, /^ap-9 would be on 10\.213\.3\.2, which is ap-2's machine/);
    const without = renamed.split('\n').filter((line) => !line.includes('ap-9'));
    for (const [text, there] of [
      [without.join('\n'), ''],
      [renamed, 'ap-9'],
    ] as const) {
      writeFileSync(file, text);
      const run = await cli('up', '--confirm=lab-test');
      assert.equal(run.status, 0, run.stdout + run.stderr);
      const { stdout } = await onMachine('ap-2', 'ls /var/lib/streamctl/lab-test/nodes 2>/dev/null; true');
      assert.equal(stdout, there);
    }
  });

  test('down leaves nothing on any machine, and may be run twice', async () => {
    const run = await cli('down', '--purge', '--confirm=lab-test');
    assert.equal(run.status, 0, run.stdout + run.stderr);
    for (const machine of MACHINES) {
      const left = 'ls -d /var/lib/streamctl /etc/systemd/system/streamctl-* /run/streamctl-* 2>/dev/null';
      const more = 'pgrep -u streamctl; pgrep wireguard; nft list tables; ip -brief link | grep ^sc';
      const { stdout } = await onMachine(machine, `${left}; ${more}; true`);
      assert.equal(stdout, '', machine);
    }
    assert.equal((await cli('down')).status, 0);
  });
});
