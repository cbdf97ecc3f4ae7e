import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestUnit, formatRunitFiles, quote } from '../../../src/lib/nodes/runit-files.ts';

const unit = {
  name: 'origin',
  argv: ['/bin/node', 'main.js', "it's"],
  env: { A: 'b c' },
  stopTimeoutSec: 5,
} as const;
const files = formatRunitFiles(unit, { clusterDir: '/state/demo', logDir: '/state/demo/log/origin' });
const textOf = (path: string) => files.find((file) => file.path === path)?.text ?? '';

test('the run script starts the unit in a group of its own with an environment of its own', () => {
  const last = textOf('run').trimEnd().split('\n').at(-1);
  assert.equal(
    last,
    "exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 'A=b c' STREAMCTL_CLUSTER_DIR=/state/demo chpst -P /bin/node main.js 'it'\\''s'",
  );
});

test('the run script notes the digest of what it starts', () => {
  assert.match(textOf('run'), new RegExp(`echo "\\$\\$ ${digestUnit(unit)}" > unit\\.pid`));
});

test('the digest changes with arguments and environment, not with the name', () => {
  assert.equal(digestUnit({ ...unit, name: 'other' }), digestUnit(unit));
  assert.notEqual(digestUnit({ ...unit, env: { A: 'd' } }), digestUnit(unit));
  assert.notEqual(digestUnit({ ...unit, argv: ['/bin/node'] }), digestUnit(unit));
});

test('scripts are valid sh', () => {
  for (const path of ['run', 'finish', 'log/run']) execFileSync('sh', ['-n'], { input: textOf(path) });
});

test('a quoted word is that word to sh, whatever it holds', () => {
  const words = fc.array(
    fc.string({ maxLength: 20 }).filter((word) => !/[\0\r\n]/.test(word)),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(words, (list) => {
      const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${list.map(quote).join(' ')}`], {
        encoding: 'utf8',
      });
      assert.deepEqual(printed.split('\n').slice(0, -1), list);
    }),
    { numRuns: 30 },
  );
});
