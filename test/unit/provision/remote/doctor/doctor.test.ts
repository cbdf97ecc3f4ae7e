import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../../src/lib/nodes/node-config.ts';
import {
  findMachineFaults,
  findSpread,
} from '../../../../../src/lib/provision/remote/doctor/find-machine-faults.ts';
import { planReach } from '../../../../../src/lib/provision/remote/doctor/reachability.ts';
import type { Machine } from '../../../../../src/lib/provision/remote/facts-script.ts';
import { MACHINE_PACKAGES } from '../../../../../src/lib/provision/remote/machine-packages.ts';
import { DEFAULT_PORTS } from '../../../../../src/lib/spec/defaults.ts';

const FINE: Machine = {
  distribution: 'debian',
  release: '12',
  architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
  systemd: true,
  user: 'admin',
  root: false,
  sudo: '',
  sudoPassword: false,
  freeMb: 50_000,
  cores: 4,
  packages: Object.fromEntries(MACHINE_PACKAGES.map(({ name, least }) => [name, least ?? '1'])),
  programs: [],
  versions: {},
  nodes: [],
  listeners: [],
  openFiles: 1_048_576,
  backlog: 4096,
  clockOffsetMs: 0,
  clockErrorMs: 1,
  asRoot: 'sudo -n ',
};

/** Which states a machine's findings have, and what mending all of them does. */
async function examine(machine: Partial<Machine>): Promise<{ states: string[]; mended: string[] }> {
  const mended: string[] = [];
  const found = findMachineFaults(
    'eu-1',
    { ...FINE, ...machine },
    {
      install: async (names) => void mended.push(`install ${names.join(' ')}`),
      setKernel: async (settings) => void mended.push(`set ${Object.keys(settings).join(' ')}`),
      followTime: async () => void mended.push('follow time'),
    },
  );
  for (const { fix } of found) await fix?.();
  return { states: found.map(({ state }) => state).filter((state) => state !== 'ok'), mended };
}

const { nginx: _, ...WITHOUT_NGINX } = FINE.packages;
const CASES: readonly (readonly [string, Partial<Machine>, string[], string[]])[] = [
  ['a machine that has all', {}, [], []],
  ['a package that is missing', { packages: WITHOUT_NGINX }, ['fault'], ['install nginx']],
  ['a clock that is 80 ms off', { clockOffsetMs: 80 }, ['warning'], ['follow time']],
  ['a clock that may be right', { clockOffsetMs: 80, clockErrorMs: 40 }, [], []],
  ['a short queue of connections', { backlog: 128 }, ['warning'], ['set net.core.somaxconn']],
  ['a disk with little room', { freeMb: 2000 }, ['warning'], []],
  ['few open files', { openFiles: 1024 }, ['warning'], []],
  ['a machine that up would refuse', { release: '11' }, ['fault'], []],
  ['a clock that is 800 ms off', { clockOffsetMs: -800 }, ['fault'], ['follow time']],
  ['a package that is too old', { packages: { ffmpeg: '7:4.4.2' } }, ['fault'], ['install ffmpeg']],
  ['an old package where sudo is refused', { sudo: 'no', packages: { ffmpeg: '4' } }, ['fault'], []],
];
for (const [what, machine, states, mended] of CASES) {
  test(`${what}: ${states.join() || 'nothing to say'}${mended.length > 0 ? ', and can be mended' : ''}`, async () => {
    assert.deepEqual(await examine(machine), { states, mended });
  });
}

test('clocks that are each near ours may be far from one another', () => {
  const at = (clockOffsetMs: number): Machine => ({ ...FINE, clockOffsetMs });
  const spread = (...offsets: number[]) =>
    findSpread(new Map(offsets.map((one, i) => [`n-${i}`, at(one)]))).state;
  assert.equal(spread(10, -10, 0), 'ok');
  assert.equal(spread(40, -40), 'warning');
  assert.equal(spread(400), 'ok');
  assert.equal(spread(300, -300), 'fault');
});

const peer = (name: string, ...roles: Peer['roles']): Peer => {
  return { name, region: 'us', address: `10.1.1.${name}`, roles, ports: DEFAULT_PORTS, weight: 1 };
};

test('a node must reach what its role asks for, and no more', () => {
  const peers = [peer('1', 'store', 'ingest', 'origin'), peer('2', 'origin'), peer('3', 'edge')];
  const of = (own: Peer) => planReach(own, peers).map(({ node, service }) => `${service} of ${node}`);
  assert.deepEqual(of(peers[0]!), ['agent of 2', 'origin of 2', 'agent of 3']);
  assert.deepEqual(of(peers[1]!), [
    'agent of 1',
    'redis of 1',
    'origin of 1',
    'contribution of 1',
    'agent of 3',
  ]);
  assert.deepEqual(of(peers[2]!), ['agent of 1', 'redis of 1', 'origin of 1', 'agent of 2', 'origin of 2']);
});
