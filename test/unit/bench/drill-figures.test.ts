import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureDrills } from '../../../bench/drill-figures.ts';
import { markOf } from '../../../bench/figure.ts';
import { makeRun } from '../../support/drill-run.ts';

const series = (drill: string, runs = [makeRun({ drill })]) => ({
  words: `${drill} --duration 5s`,
  drill,
  runs,
  verdicts: '',
  said: '',
});
const find = (figures: ReturnType<typeof measureDrills>, name: RegExp) => {
  const found = figures.find((figure) => name.test(figure.name));
  return found === undefined ? null : [found.value, markOf(found)];
};

test('dead air is that of all viewers of all runs, with another limit for regions', () => {
  const figures = measureDrills([series('fail-region'), series('fail-store')]);
  assert.deepEqual(find(figures, /fail-region/), [1500, 'MISS']);
  assert.deepEqual(find(figures, /fail-store/), [1500, 'MISS']);
  const fine = makeRun();
  const calm = makeRun({ seen: { ...fine.seen, deadAirEachMs: [0, 0, 0, 900] } });
  assert.deepEqual(find(measureDrills([series('fail-region', [calm])]), /fail-region/), [900, 'must']);
});

test('the worst of all runs stands for the cluster, and what nobody could tell is not measured', () => {
  const runs = [
    makeRun({ detectMs: 800, drill: 'fail-node' }),
    makeRun({ detectMs: 2400, drill: 'fail-node' }),
  ];
  const figures = measureDrills([series('fail-node', runs)]);
  assert.deepEqual(find(figures, /noticed/), [2400, 'MISS']);
  assert.deepEqual(find(figures, /redundancy/), [null, 'not measured']);
});

test('a drill that did not run is shown as not measured, with what it said', () => {
  const [figure] = measureDrills([
    { words: 'fail-edge x', drill: 'fail-edge', runs: [], verdicts: 'no such node', said: 'no such node' },
  ]);
  assert.deepEqual([markOf(figure!), figure!.detail], ['not measured', 'no such node']);
});
