import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from '../../../../src/lib/cli/views/format-table.ts';

test('a table may have more rows than a call has room for arguments', () => {
  const rows = Array.from({ length: 130_000 }, (_, at) => [{ text: `stream-${at}` }, { text: 'us-1' }]);
  const lines = formatTable({ columns: [{ title: 'stream' }, { title: 'node' }], rows }, 80);
  assert.equal(lines.length, 130_001);
  assert.equal(lines[1], 'stream-0       us-1');
});
