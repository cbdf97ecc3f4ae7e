import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLabName, planLab } from '../../../src/lib/lab/lab-plan.ts';

const usage = { code: 'USAGE' };

test('planLab() gives each region a subnet and each machine an address of it', () => {
  const { regions, machines } = planLab({ regions: ['us', 'eu'], nodesPerRegion: 2 });
  assert.deepEqual(
    regions.map(({ name, subnet, gateway }) => [name, subnet, gateway]),
    [
      ['us', '10.213.1.0/24', '10.213.1.254'],
      ['eu', '10.213.2.0/24', '10.213.2.254'],
    ],
  );
  assert.deepEqual(
    machines.map(({ name, region, address }) => [name, region, address]),
    [
      ['us-1', 'us', '10.213.1.1'],
      ['us-2', 'us', '10.213.1.2'],
      ['eu-1', 'eu', '10.213.2.1'],
      ['eu-2', 'eu', '10.213.2.2'],
    ],
  );
});

for (const [what, regions, nodesPerRegion] of [
  ['no region', [], 1],
  ['an empty name', [''], 1],
  ['a name too long for its interface', ['northeurope'], 1],
  ['a name with what a shell reads', ['eu;reboot'], 1],
  ['a region twice', ['eu', 'eu'], 1],
  ['no machine', ['eu'], 0],
  ['half a machine', ['eu'], 1.5],
  ['more machines than fit', ['us', 'eu', 'ap'], 9],
] as const) {
  test(`planLab() refuses ${what}`, () => {
    assert.throws(() => planLab({ regions, nodesPerRegion }), usage);
  });
}

test('checkLabName() refuses what would lead out of the folder of labs', () => {
  assert.equal(checkLabName('rehearsal-2'), 'rehearsal-2');
  for (const name of ['', '..', 'a/b', '.hidden', 'Lab']) assert.throws(() => checkLabName(name), usage);
});

test('interface names of the longest region and the most machines fit the kernel', () => {
  const { machines } = planLab({ regions: ['northwest'], nodesPerRegion: 24 });
  assert.ok(machines.every(({ name }) => `v-${name}`.length <= 15));
});
