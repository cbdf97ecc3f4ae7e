import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatRingSimulation } from '../../../../src/lib/cli/views/format-ring-simulation.ts';
import { PLAIN } from '../../../../src/lib/cli/views/paint.ts';
import { simulateRing } from '../../../../src/lib/ring/simulation/simulate.ts';
import { SIMULATION_DEFAULTS } from '../../../../src/lib/ring/simulation/timeline.ts';

const result = simulateRing({
  ...SIMULATION_DEFAULTS,
  nodes: 6,
  streams: 50,
  viewers: 3000,
  nodeViewers: 100,
});
const lines = formatRingSimulation(result, 120, PLAIN);

it('formatRingSimulation() shows every strategy in all three tables, and fits', () => {
  for (const { strategy } of result.strategies) {
    assert.equal(lines.filter((line) => line.startsWith(`  ${strategy} `)).length, 3, strategy);
  }
  for (const line of lines) assert.ok(line.length <= 120, line);
});

it('formatRingSimulation() fits 80 columns with nothing cut, and any narrower terminal', () => {
  const many = { ...SIMULATION_DEFAULTS, nodes: 30, streams: 50, viewers: 300_000 };
  for (const one of [result, simulateRing(many)]) {
    const narrow = formatRingSimulation(one, 80, PLAIN);
    assert.deepEqual(
      narrow.filter((line) => line.length > 80 || line.includes('…')),
      [],
    );
  }
  for (const line of formatRingSimulation(result, 60, PLAIN)) assert.ok(line.length <= 60, line);
});

it('formatRingSimulation() says what it means for the bill, with the numbers of the result', () => {
  const words = lines.slice(-4).join(' ');
  assert.match(words, /30 nodes would do/);
  const split = result.strategies.find(({ strategy }) => strategy === 'ring-split')!;
  assert.ok(words.includes(`ring-split ${split.nodesNeeded}`), words);
});
