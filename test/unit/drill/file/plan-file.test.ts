import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { StreamctlError } from '../../../../src/lib/base/errors.ts';
import { DRILLS } from '../../../../src/lib/drill/drill-kinds.ts';
import { drillFileJsonSchema } from '../../../../src/lib/drill/file/drill-file.ts';
import { parseDrillFile, planFile } from '../../../../src/lib/drill/file/plan-file.ts';
import { DRILL_FACTS } from '../../../support/drill-facts.ts';

const example = readFileSync(join(import.meta.dirname, '../../../../templates/drill.yaml'), 'utf8');
const facts = { ...DRILL_FACTS, stream: 'demo' };

test('the example is valid and becomes a plan', () => {
  const plan = planFile(parseDrillFile(example, 'drill.yaml'), facts);
  assert.deepEqual(
    plan.faults.map(({ atMs, forMs, whenSteady, settings }) => [atMs, forMs, whenSteady, settings.kind]),
    [
      [0, null, false, 'kill-transcoder'],
      [5_000, 20_000, false, 'stop-units'],
      [30_000, 5_000, true, 'origin-fault'],
    ],
  );
  assert.deepEqual(plan.expectations.deadAirP99Ms, { must: 0, aim: 0 });
  assert.deepEqual(plan.expectations.liveEdgeRiseSec, { must: 0.5, aim: 0.1 });
  assert.equal(plan.expectations.detectMs, null);
  assert.equal(plan.limits.nodes, 1);
});

test('every key of the schema has its place in the example', () => {
  const words = new Set(example.match(/[A-Za-z0-9]+(?=:)|(?<=[{,] )[a-z]+(?=[ ,}:])/g));
  const keys = (schema: object): string[] =>
    Object.entries(schema).flatMap(([key, value]) => {
      if (typeof value !== 'object' || value === null) return [];
      return key === 'properties' ? [...Object.keys(value), ...keys(value)] : keys(value);
    });
  const missing = [...new Set(keys(drillFileJsonSchema()))].filter((key) => !words.has(key));
  assert.deepEqual(missing, []);
});

function diagnosticsOf(text: string): readonly { line: number; path: string; message: string }[] {
  try {
    parseDrillFile(text, 'drill.yaml');
  } catch (error) {
    const { code, details } = error as StreamctlError;
    assert.equal(code, 'SPEC_INVALID');
    return (details as { diagnostics: { line: number; path: string; message: string }[] }).diagnostics;
  }
  return [];
}

test('all faults of a file come at once, with their lines', () => {
  const text =
    'drill: x\nduration: soon\nfaults:\n  - { falt: fail-store, at: 0s }\n  - { fault: fail-stor, at: 1 }\n';
  const found = diagnosticsOf(text).map(({ line, path, message }) => `${line} ${path}: ${message}`);
  const faults = DRILLS.filter(({ faultOf }) => faultOf !== undefined).map(({ name }) => name);
  assert.deepEqual(found, [
    '2 duration: must be a duration: 500ms, 30s, 10m',
    '4 faults.0.falt: unknown key; did you mean "fault"?',
    `5 faults.1.fault: expected one of ${faults.join(', ')}, got text "fail-stor"; did you mean "fail-store"?`,
    '5 faults.1.at: expected text, got 1',
  ]);
});

for (const [what, fault, code] of [
  ['a node that the cluster does not have', '{ fault: fail-node, target: us-9, at: 0s }', 'NOT_FOUND'],
  ['a fault without its target', '{ fault: fail-node, at: 0s }', 'USAGE'],
  ['a fault without its number', '{ fault: slow-origin, target: us-2, at: 0s }', 'USAGE'],
] as const) {
  test(`${what} is refused before anything is broken`, () => {
    const file = parseDrillFile(`drill: x\nduration: 10s\nfaults:\n  - ${fault}\n`, 'drill.yaml');
    assert.throws(() => planFile(file, facts), { code });
  });
}

test('what would begin after the end is refused', () => {
  const text = (at: string, join = '0s') =>
    `drill: mine\nduration: 40s\nfaults: [{ fault: fail-store, at: ${at} }]\njoins: [{ at: ${join}, count: 1, within: 1s }]\n`;
  const plan = (...args: Parameters<typeof text>) =>
    planFile(parseDrillFile(text(...args), 'drill.yaml'), facts);
  assert.equal(plan('39s').faults[0]?.atMs, 39_000);
  assert.throws(() => plan('90s'), { code: 'USAGE', message: 'faults.0: at 90s is no earlier than the end' });
  assert.throws(() => plan('1s', '40s'), { message: 'joins.0: at 40s is no earlier than the end' });
});
