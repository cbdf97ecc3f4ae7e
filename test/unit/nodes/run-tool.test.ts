import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamctlError } from '../../../src/lib/base/errors.ts';
import { runTool, type ToolCall } from '../../../src/lib/nodes/run-tool.ts';

const sh = (script: string, more: Partial<ToolCall> = {}) =>
  runTool({ what: 'try it', argv: ['sh', '-c', script], ...more });

async function failureOf(run: Promise<string>): Promise<StreamctlError> {
  return await run.then(
    (text) => assert.fail(`it succeeded: ${text}`),
    (error: StreamctlError) => error,
  );
}

test('what a tool printed is returned, and its input is what was given', async () => {
  assert.equal(await sh('cat; echo " $WORD"', { input: 'given', env: { WORD: 'said' } }), 'given said');
  assert.equal(await sh('cat'), '');
});

test('a tool that fails is named with what was being done, how it ended, its last words and what to do', async () => {
  const one = await failureOf(sh('echo no such device >&2; exit 3', { hint: 'Plug it in.' }));
  assert.deepEqual(
    [one.code, one.message, one.hint],
    ['ENVIRONMENT', 'try it: sh ended with 3: no such device', 'Plug it in.'],
  );
  const many = await failureOf(sh('for n in 1 2 3 4 5; do echo line $n; done; exit 1'));
  assert.equal(many.message, 'try it: sh ended with 1: line 5');
  assert.deepEqual(many.details, { facts: { 'last lines': 'line 2\nline 3\nline 4\nline 5' } });
});

test('a tool that is not there, or that does not end in time, says so', async () => {
  const none = await failureOf(runTool({ what: 'try it', argv: ['/no/such/tool'] }));
  assert.match(none.message, /^try it: \/no\/such\/tool did not run \(.*ENOENT/);
  const late = await failureOf(sh('exec sleep 60', { timeoutMs: 30 }));
  assert.equal(late.message, 'try it: sh did not end within 0.03 s');
});

test('a tool that was given up is INTERRUPTED', async () => {
  const error = await failureOf(sh('exec sleep 60', { signal: AbortSignal.timeout(20) }));
  assert.deepEqual([error.code, error.message], ['INTERRUPTED', 'try it: interrupted']);
});
