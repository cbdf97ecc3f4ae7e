import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import type { Peer } from '../../../src/lib/nodes/node-config.ts';
import { adviseAbsent, mayLackStore, sortLeftOut } from '../../../src/lib/provision/left-out.ts';
import type { LoadedSpec } from '../../../src/lib/spec/load.ts';

const peers = [
  { name: 'us-1', roles: ['store'] },
  { name: 'eu-1', roles: ['origin'] },
  { name: 'ap-1', roles: ['edge'] },
] as unknown as Peer[];
const spec = { nodes: peers, ssh: { parallel: 2, connectTimeoutSec: 3 } } as unknown as LoadedSpec;

test('nodes can be left out of a cluster on machines, and not all of them', () => {
  assert.deepEqual(sortLeftOut(spec, ['eu-1', 'ap-1'], []), { without: ['eu-1', 'ap-1'], forgotten: [] });
  for (const [given, without, says] of [
    [spec, ['us-1', 'eu-1', 'ap-1'], /leaves no node/],
    [spec, ['eu-3'], /no such node/],
    [{ ...spec, ssh: null }, ['eu-1'], /all on this one/],
  ] as const) {
    assert.throws(() => sortLeftOut(given, without, []), says);
  }
});

test('a machine that was a node, and never comes back, is given up by the same flag', () => {
  const leftOut = sortLeftOut(spec, ['eu-1', 'old-1'], ['old-1', 'old-2']);
  assert.deepEqual(leftOut, { without: ['eu-1'], forgotten: ['old-1'] });
});

test('only a node of the store that is left out makes the store one that may be away', () => {
  assert.equal(mayLackStore({ spec, without: ['eu-1'] }), false);
  assert.equal(mayLackStore({ spec, without: ['us-1'] }), true);
});

const hintOf = (needsAll: boolean, codes: readonly (string | null)[]) =>
  adviseAbsent(
    new StreamctlError('UNREACHABLE', 'eu-1: connect: no answer in time', {
      hint: 'Look at it.',
      details: { nodes: codes.map((code, at) => ({ node: peers[at]!.name, done: code === null, code })) },
    }),
    { without: needsAll ? [] : ['us-2'], needsAll },
  ).hint;
const failed = (...codes: readonly (string | null)[]) => hintOf(false, codes);

test('who cannot reach some machines is told how to change the others', () => {
  assert.match(
    failed(null, 'UNREACHABLE', 'UNREACHABLE') ?? '',
    /^Look at it\. .*--without us-2,eu-1,ap-1: /,
  );
});

test('a command that takes every machine does not name a flag that it lacks', () => {
  assert.equal(
    hintOf(true, [null, null, 'UNREACHABLE']),
    'Look at it. This takes every machine: bring ap-1 back, or take it out of the spec and run streamctl up.',
  );
});

test('the advice is not given when it would not help: no machine answers, or one has another fault', () => {
  assert.equal(failed('UNREACHABLE', 'UNREACHABLE', 'UNREACHABLE'), 'Look at it.');
  assert.equal(failed(null, 'UNREACHABLE', 'MACHINE_UNFIT'), 'Look at it.');
});
