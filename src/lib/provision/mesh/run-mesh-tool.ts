import { runTool, type ToolCall } from '../../nodes/run-tool.ts';

const TIMEOUT_MS = 10_000;
const HINT = 'Mend what it says on that machine, then run the same command again: it continues.';

/** Runs a program that reads or makes the mesh, at most 10 s long. Throws ENVIRONMENT with its last words. */
export async function runMeshTool(call: Pick<ToolCall, 'what' | 'argv' | 'input'>): Promise<string> {
  return await runTool({ ...call, timeoutMs: TIMEOUT_MS, hint: HINT });
}
