import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnitKind } from '../../../../src/lib/provision/hands/protocol.ts';
import type { NodePlan } from '../../../../src/lib/provision/plan-nodes.ts';
import { orderTurns } from '../../../../src/lib/provision/remote/order-turns.ts';

const plan = (name: string, ...roles: string[]) => ({ node: { name, roles } }) as unknown as NodePlan;
const unit = (kind: UnitKind['kind']): UnitKind[] => [{ unit: 'agent', kind }];
const names = (turns: NodePlan[][]) => turns.map((turn) => turn.map(({ node }) => node.name));

test('the store starts first, what is new together, what runs already one by one, and what is right not at all', () => {
  const plans = [plan('a'), plan('b', 'store'), plan('c'), plan('d'), plan('e'), plan('f')];
  const looked = ['start', 'start', 'restart', 'none', 'start', 'restart'] as const;
  assert.deepEqual(names(orderTurns(plans, looked.map(unit))), [['b'], ['a', 'e'], ['c'], ['f']]);
});

test('a node where one unit is new and another is restarted waits for its turn', () => {
  const both: UnitKind[] = [...unit('start'), { unit: 'origin', kind: 'restart' }];
  assert.deepEqual(names(orderTurns([plan('a'), plan('b')], [both, unit('start')])), [['b'], ['a']]);
});
