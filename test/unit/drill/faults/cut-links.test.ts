import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCut, parseCut } from '../../../../src/lib/drill/faults/cut-links.ts';

test('what is sent to an address that is cut is dropped, and nothing else', () => {
  const rules = formatCut(['10.1.0.1', '10.2.0.1']);
  assert.match(rules, /policy accept;/);
  assert.match(rules, /out ip daddr @cut drop$/m);
  assert.match(rules, /add element inet streamctl_drill_links cut \{ 10\.1\.0\.1, 10\.2\.0\.1 \}\n$/);
});

test('the addresses that are cut are read from what nft lists', () => {
  const listed = (elements: string): string => `table inet streamctl_drill_links {
	set cut {
		type ipv4_addr${elements}
	}

	chain out {
		type filter hook output priority -400; policy accept;
		ip daddr @cut drop
	}
}`;
  const three = '\n\t\telements = { 10.1.0.1, 10.2.0.1,\n\t\t\t     10.3.0.1 }';
  assert.deepEqual([...parseCut(listed(three))], ['10.1.0.1', '10.2.0.1', '10.3.0.1']);
  assert.deepEqual([...parseCut(listed(''))], []);
  assert.deepEqual([...parseCut('')], []);
});
