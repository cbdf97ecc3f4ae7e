import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem } from '../../../src/lib/health/cluster-status.ts';
import type { NodeAnswer } from '../../../src/lib/health/node-answer.ts';
import type { OperationsFacts } from '../../../src/lib/health/problems/cluster-facts.ts';
import type { ProgramMark, UpgradeMark } from '../../../src/lib/health/report.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import { answersBut, KNOWN, NOW_MS } from '../../support/cluster-answers.ts';

const OLD: ProgramMark = { digest: 'aaaa11112222', version: '0.1.0' };
const NEW: ProgramMark = { digest: 'bbbb33334444', version: '0.2.0' };
const BEGUN: UpgradeMark = {
  ...{ state: 'running', to: NEW.digest, startedMs: NOW_MS - 300_000, revision: 2 },
  ...{ who: 'ada@laptop', host: 'laptop' },
};

/** Every node has the record; `us-1` runs the new program already. */
function answers(upgrade: (node: string) => UpgradeMark | null): NodeAnswer[] {
  return answersBut(() => undefined).map((answer) => {
    const { name } = answer.peer;
    const program = name === 'us-1' ? NEW : OLD;
    return { ...answer, agent: { ...answer.agent!, program, upgrade: upgrade(name) } };
  });
}

const problems = (of: NodeAnswer[], operations?: OperationsFacts): readonly Problem[] =>
  summarize(of, operations === undefined ? KNOWN : { ...KNOWN, operations }, {
    nowMs: NOW_MS,
  }).problems.filter(({ subject }) => subject === KNOWN.name);

test('an upgrade that stopped half-way says whose, when, how far it came, and what to do', () => {
  const all = answers(() => BEGUN);
  const [problem, ...others] = problems(all);
  assert.deepEqual(others, []);
  assert.equal(
    problem!.text,
    `the upgrade of ada@laptop to 0.2.0 (bbbb33334444), begun 5 min ago, stands at 1 of ${all.length} nodes`,
  );
  assert.match(problem!.effect, /^viewers unaffected · us-1 runs 0\.2\.0 \(bbbb33334444\) · .* run 0\.1\.0/);
  assert.match(problem!.hint, /^streamctl upgrade --to bbbb33334444 .* or streamctl upgrade --rollback$/);
  assert.deepEqual([problem!.harm, problem!.sinceMs], ['control', BEGUN.startedMs]);
});

test('of several records the newest counts, and one that is over is no problem', () => {
  const over = { ...BEGUN, state: 'done', revision: 3 } as const;
  assert.deepEqual(problems(answers((node) => (node === 'us-1' ? over : BEGUN))), []);
  assert.equal(problems(answers((node) => (node === 'us-1' ? { ...over, revision: 1 } : BEGUN))).length, 1);
  assert.deepEqual(problems(answers(() => null)), []);
});

test('an up that was killed is told until another one is through, and not while a command is at work', () => {
  const unfinished = {
    ...{ command: 'streamctl up', who: 'ada@laptop', host: 'laptop', atMs: NOW_MS - 60_000, step: '' },
  };
  const [problem] = problems(
    answersBut(() => undefined),
    { isBusy: false, unfinished },
  );
  assert.equal(problem!.text, 'up of ada@laptop, begun 1 min ago, did not come to its end');
  assert.match(problem!.hint, /^streamctl up /);
  assert.deepEqual(
    problems(
      answers(() => BEGUN),
      { isBusy: true, unfinished },
    ),
    [],
  );
});
