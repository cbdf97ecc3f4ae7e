import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { planNodes } from '../../../src/lib/provision/plan-nodes.ts';
import { portsOf } from '../../../src/lib/provision/plan-units.ts';
import { NODE_TEMPLATES } from '../../../src/lib/render/node-files.ts';
import { parseSpec } from '../../../src/lib/spec/parse-spec.ts';

const folder = join(import.meta.dirname, '../../../templates');
const starter = readFileSync(join(folder, 'starter.yaml'), 'utf8');
const templates = Object.fromEntries(
  NODE_TEMPLATES.map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

function plan(text: string, program = '/state/demo/program/abc/main.js') {
  const { spec } = parseSpec(text, 'streamctl.yaml');
  return planNodes(spec!, { clusterDir: '/state/demo', nodeBinary: '/node', program, templates });
}

/** Digest of every unit: `us-1 redis` → digest. */
function digests(text: string, program?: string): Map<string, string> {
  const units = plan(text, program).flatMap(({ node, units }) =>
    units.map(({ unit }) => [`${node.name} ${unit.name}`, unit.env.STREAMCTL_UNIT_DIGEST!] as const),
  );
  return new Map(units);
}

function changedUnits(text: string, program?: string): string[] {
  const before = digests(starter);
  const after = digests(text, program);
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (unit) => before.get(unit) !== after.get(unit),
  );
}

test('each role brings its units', () => {
  assert.deepEqual(
    plan(starter).map(({ node, units }) => [node.name, units.map(({ unit }) => unit.name).join(' ')]),
    [
      ['us-1', 'redis agent nginx-ingest contribution origin'],
      ['us-2', 'agent origin nginx-edge'],
      ['eu-1', 'agent nginx-ingest contribution origin'],
      ['eu-2', 'agent origin nginx-edge'],
    ],
  );
});

test('portsOf() tells what the units open, of one store and of several', () => {
  const stores = starter
    .replaceAll('roles: [ingest', 'roles: [store, ingest')
    .replaceAll('roles: [edge', 'roles: [store, edge');
  for (const text of [starter, stores]) {
    const plans = plan(text);
    const peers = plans.map(({ node }) => node);
    for (const { node, units } of plans) {
      const opened = units.flatMap(({ unit, ports }) => ports.map((port) => ({ unit: unit.name, port })));
      assert.deepEqual(portsOf(node, peers), opened);
    }
  }
});

test('a spec that says the same changes no unit', () => {
  assert.deepEqual(changedUnits(`# a comment\n${starter}`), []);
});

test("a stream's settings restart nothing: daemons read them again", () => {
  assert.deepEqual(changedUnits(starter.replace('dvrSec: 300', 'dvrSec: 600')), []);
});

test('a node that joins restarts nothing on the others', () => {
  const joined = starter.replace(
    '  - name: eu-2\n',
    '  - name: eu-3\n    region: eu\n    roles: [origin]\n  - name: eu-2\n',
  );
  assert.deepEqual(
    changedUnits(joined).filter((unit) => !unit.startsWith('eu-3 ')),
    [],
  );
});

test('a new program concerns our daemons, not nginx and Redis', () => {
  const changed = changedUnits(starter, '/state/demo/program/def/main.js');
  assert.equal(changed.length, 10);
  assert.deepEqual(
    changed.filter((unit) => /nginx|redis/.test(unit)),
    [],
  );
});

test('a port of a node concerns the units of that node alone', () => {
  const changed = changedUnits(
    starter.replace(
      '- name: eu-2\n    region: eu',
      '- name: eu-2\n    region: eu\n    ports: { http: 9080 }',
    ),
  );
  assert.deepEqual(changed, ['eu-2 agent', 'eu-2 origin', 'eu-2 nginx-edge']);
});

test('no argument of a unit is outside the folder of the cluster or the system', () => {
  for (const { units } of plan(starter)) {
    for (const { unit } of units) {
      const paths = unit.argv.filter((word) => word.startsWith('/'));
      assert.deepEqual(
        paths.filter((path) => !/^\/(state\/demo|usr\/s?bin|node$)/.test(path)),
        [],
      );
    }
  }
});
