import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countFollowers } from '../../../../src/lib/drill/watch/load-control.ts';

test('a store that copies all of it anew does not count as one that follows', () => {
  const info = [
    ...['# Replication', 'role:master', 'connected_slaves:2'],
    'slave0:ip=10.9.1.1,port=6379,state=online,offset=12,lag=0',
    'slave1:ip=10.9.2.1,port=6379,state=wait_bgsave,offset=0,lag=0',
  ];
  assert.equal(countFollowers(info.join('\r\n')), 1);
  assert.equal(countFollowers('role:slave\r\nmaster_link_status:up'), 0);
});
