import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Glances, LOOK_EVERY_MS } from '../../../src/lib/controller/glances.ts';
import { LOOKS_TO_CONFIRM, type Look } from '../../../src/lib/controller/judge-node.ts';

const look = (saw: Look['saw']): readonly Look[] => [{ observer: 'eu-1', region: 'eu', saw }];

test('a look is due at once, and another after its interval though the first still waits', () => {
  const glances = new Glances();
  assert.ok(glances.isDue(1000));
  glances.begin(1000);
  assert.ok(!glances.isDue(1000 + LOOK_EVERY_MS - 1));
  assert.ok(glances.isDue(1000 + LOOK_EVERY_MS));
  glances.begin(1000 + LOOK_EVERY_MS);
  assert.equal(glances.underWay, 2);
  assert.deepEqual(glances.answers, []);
});

test('answers count in the order in which the looks were begun, not in which they came', () => {
  const glances = new Glances();
  const first = glances.begin(0);
  const second = glances.begin(LOOK_EVERY_MS);
  second(look('refused'));
  assert.deepEqual(glances.answers, [look('refused')]);
  first(look('alive'));
  assert.deepEqual(glances.answers, [look('alive'), look('refused')]);
  assert.equal(glances.underWay, 0);
});

test('looks that never answer are forgotten, so that they hold up no other', () => {
  const glances = new Glances();
  for (let count = 0; count < 100; count++) glances.begin(count * LOOK_EVERY_MS);
  assert.ok(glances.underWay <= LOOKS_TO_CONFIRM + 2);
});

test('only the looks of a first judgement are waited for', () => {
  const glances = new Glances();
  for (let count = 1; count < LOOKS_TO_CONFIRM; count++) {
    glances.begin(count * LOOK_EVERY_MS);
    assert.ok(glances.isFirst);
  }
  glances.begin(LOOKS_TO_CONFIRM * LOOK_EVERY_MS);
  assert.ok(!glances.isFirst);
});
