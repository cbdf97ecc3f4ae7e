import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { connectKeeper } from '../../../../src/lib/drill/undo/keeper-client.ts';

/** An undo process that says it is ready, and ends without a word when it is told anything. */
const MORTAL = `process.stdout.write('{"ready":true}\\n'); process.stdin.once('data', () => process.exit(1))`;

test('what a lost undo process had armed is undone without it, once', async () => {
  const child = spawn(process.execPath, ['-e', MORTAL], { stdio: ['pipe', 'pipe', 'inherit'] });
  let rescues = 0;
  const keeper = await connectKeeper(child, async () => {
    rescues += 1;
    return { healed: ['fault 1'], failed: ['boot eu-1: no such node'] };
  });
  const lost = once(keeper.lost, 'abort');
  const [first, second] = await Promise.all([keeper.heal('1'), keeper.heal('2')]);
  await lost;
  assert.deepEqual([first, second], [['boot eu-1: no such node'], ['boot eu-1: no such node']]);
  assert.deepEqual(await keeper.heal('1'), ['boot eu-1: no such node']);
  assert.equal(rescues, 1);
  await keeper.close();
});
