import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OUTSIDE_UNITS, unitOfFolder } from '../../../../src/lib/drill/faults/node-processes.ts';

for (const [folder, unit] of [
  ['/state/demo/nodes/eu-1/service/origin', 'origin'],
  ['/state/demo/nodes/eu-1/services/pipeline-gala', 'pipeline-gala'],
  ['/state/demo/nodes/eu-1/service/agent/log', 'agent'],
  ['/state/demo/nodes/eu-1/services/pipeline-gala (deleted)', 'pipeline-gala'],
  ['/state/demo/nodes/eu-1/data', ''],
  ['/state/demo/nodes/eu-10/service/origin', null],
  ['/state/demo2/nodes/eu-1/service/origin', null],
  ['/', null],
] as const) {
  test(`a process in ${folder} is ${unit === null ? 'none of the node' : `of "${unit}"`}`, () => {
    assert.equal(unitOfFolder(folder, '/state/demo', 'eu-1'), unit);
  });
}

test('encoders that only run on a node stand for the world outside of it', () => {
  const units = ['publisher-demo', 'relay-demo', 'pipeline-publisher-demo', 'origin'];
  assert.deepEqual(
    units.filter((unit) => OUTSIDE_UNITS.test(unit)),
    ['publisher-demo', 'relay-demo'],
  );
});
