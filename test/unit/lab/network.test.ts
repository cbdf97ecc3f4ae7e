import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planLab } from '../../../src/lib/lab/lab-plan.ts';
import {
  delayDevice,
  delayLines,
  machineLines,
  plugLines,
  switchLines,
  tieOf,
} from '../../../src/lib/lab/network.ts';

const plan = planLab({ regions: ['us', 'eu'], nodesPerRegion: 1 });
const eu1 = plan.machines[1]!;

test('switchLines() puts the router of each region behind one link', () => {
  assert.deepEqual(switchLines({ ...plan, regions: [plan.regions[0]!] }), [
    'link set lo up',
    'link add br-us type bridge',
    'link set br-us arp off up',
    'link add gw-us type veth peer name up-us',
    'link set up-us master br-us up',
    'address add 10.213.1.254/24 dev gw-us',
    'link set gw-us up',
  ]);
});

test('machineLines() gives a machine its address, and the router for all else', () => {
  assert.deepEqual(machineLines(eu1, plan.regions[1]!, 4711), [
    'link set lo up',
    'link add host0 address 02:00:0a:d5:02:01 type veth peer name v-eu-1 netns 4711',
    'address add 10.213.2.1/24 dev host0',
    'link set host0 up',
    'route add default via 10.213.2.254',
  ]);
});

test('plugLines() leaves a machine dark that is cut off', () => {
  assert.deepEqual(plugLines(eu1, false), ['link set v-eu-1 master br-eu up']);
  assert.deepEqual(plugLines(eu1, true), ['link set v-eu-1 master br-eu down']);
});

test('tieOf() names the link of a region, and of a machine', () => {
  assert.equal(tieOf(plan, 'eu'), 'up-eu');
  assert.equal(tieOf(plan, 'eu-1'), 'v-eu-1');
});

test('delayLines() leads both directions between two regions through the device, and nothing else', () => {
  const [us, eu] = [plan.regions[0]!, plan.regions[1]!];
  assert.equal(delayDevice(plan, us, eu), 'wan-1-2');
  assert.deepEqual(delayLines('wan-1-2', [us, eu]), [
    'link set wan-1-2 up',
    'route replace default dev wan-1-2 table 112',
    'rule add priority 112 iif gw-us to 10.213.2.0/24 lookup 112',
    'rule add priority 112 iif gw-eu to 10.213.1.0/24 lookup 112',
  ]);
});
