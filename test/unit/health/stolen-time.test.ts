import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordStolenTime } from '../../../src/lib/health/stolen-time.ts';

const machine = (name: string, stolen?: number) => ({
  name,
  load: { cpu: 1, memory: 0, disk: 0, ...(stolen !== undefined && { stolen }) },
});

test('machines whose host keeps a tenth of the CPU back are named, with the worst of them', () => {
  const calm = [machine('us-1', 0.09), machine('us-2'), { name: 'us-3', load: null }];
  assert.equal(wordStolenTime(calm), null);
  assert.equal(
    wordStolenTime([...calm, machine('eu-1', 0.1), machine('eu-2', 0.43)]),
    'eu-1, eu-2: the host keeps back up to 43 % of the CPU, and encoders may fall behind',
  );
});

test('many of them are counted', () => {
  const all = Array.from({ length: 5 }, (_, index) => machine(`us-${index}`, 0.2));
  assert.match(wordStolenTime(all) ?? '', /^5 nodes: /);
});
