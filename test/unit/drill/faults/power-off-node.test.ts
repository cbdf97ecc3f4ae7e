import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { formatPowerOn, powerOnNode } from '../../../../src/lib/drill/faults/power-off-node.ts';
import { DRILL_FACTS } from '../../../support/drill-facts.ts';
import { type FakeSsh, startFakeSsh } from '../../../support/fake-ssh.ts';

const peer = { ...DRILL_FACTS.view.peers[0]!, name: 'eu-1', host: '192.0.2.7' };
const ssh = { parallel: 1, connectTimeoutSec: 1 };

test('the command that switches a machine on names its node and its host', () => {
  const powerOn = ['ipmi', '--host={host}', '{node}'];
  assert.deepEqual(formatPowerOn(peer, { ...ssh, powerOn }), ['ipmi', '--host=192.0.2.7', 'eu-1']);
});

test('without such a command the drill is refused, and says what the spec lacks', () => {
  assert.throws(() => formatPowerOn(peer, ssh), { code: 'USAGE', hint: /ssh: \{ powerOn:/ });
});

describe('switching a machine on', () => {
  let fake: FakeSsh;
  let dir: string;
  const count = (): number =>
    existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8').trim().split('\n').length : 0;
  /** A command that notes each call, and lets the machine be gone from the second one on. */
  const command = (): string[] => [
    ...['sh', '-c', 'echo x >>"$0/log"; [ "$(wc -l <"$0/log")" -lt 2 ] || echo gone >"$1/bin/fails"'],
    ...[dir, fake.dir],
  ];
  const sameBoot = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  before(() => {
    fake = startFakeSsh();
    dir = mkdtempSync(join(tmpdir(), 'streamctl-power-'));
    writeFileSync(join(dir, 'cluster.json'), JSON.stringify({ cluster: 'x', ssh, peers: [peer] }));
  });
  afterEach(() => {
    fake.fail(null);
    rmSync(join(dir, 'log'), { force: true });
  });
  after(() => {
    fake.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('one that has booted anew since needs no second order', async () => {
    await powerOnNode(dir, { node: 'eu-1', command: command(), bootId: 'another' });
    assert.equal(count(), 1);
  });

  test('one that runs on, and then goes off after all, is switched on again', async () => {
    await powerOnNode(dir, { node: 'eu-1', command: command(), bootId: sameBoot() });
    assert.equal(count(), 3);
  });

  test('a command that fails is told with its last words', async () => {
    const bad = ['sh', '-c', 'echo no such board >&2; exit 3'];
    await assert.rejects(powerOnNode(dir, { node: 'eu-1', command: bad, bootId: 'x' }), {
      message: /switch eu-1 on: env ended with 3: no such board/,
    });
  });
});
