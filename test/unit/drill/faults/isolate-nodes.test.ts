import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRules, portsOf } from '../../../../src/lib/drill/faults/isolate-nodes.ts';

const SHOWN = [
  '0      0            10.213.2.1:22       10.213.2.254:41822 users:(("sshd",pid=301,fd=4),("sshd",pid=296,fd=4))',
  '0      0            10.88.2.1:8081        10.88.1.1:50312 users:(("node",pid=120,fd=31))',
  '0      36     [2001:db8::1]:2222     [2001:db8::9]:41000 users:(("sshd",pid=400,fd=4))',
  '',
].join('\n');

test('the ports that stay open are those of the ssh connections that a process descends from', () => {
  assert.deepEqual(portsOf(SHOWN, [512, 301, 296]), [22]);
  assert.deepEqual(portsOf(SHOWN, [400]), [2222]);
  assert.deepEqual(portsOf(SHOWN, [12, 1200]), []);
});

test('everything is dropped both ways but the machine’s own and those ports', () => {
  const rules = formatRules([22, 2222]);
  assert.equal(rules.match(/policy drop/g)?.length, 2);
  assert.match(rules, /tcp dport \{ 22, 2222 \} accept/);
  assert.match(rules, /tcp sport \{ 22, 2222 \} accept/);
});
