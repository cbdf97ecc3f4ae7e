/** Programs of the system, run to their end by an argument vector; never through a shell. */
import { execa, type Result } from 'execa';
import { StreamctlError } from '../base/errors.ts';

export interface ToolCall {
  /** What is being done, for the message when it fails: `plug in us-1`. */
  readonly what: string;
  readonly argv: readonly string[];
  /** Standard input, where secrets go, never into arguments; none when left out. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** None when left out, for what may take minutes. */
  readonly timeoutMs?: number;
  /** What to do when it fails. */
  readonly hint?: string;
}

const LAST_LINES = 4;
const HINT = 'Mend what it says, then run the same command again: it continues.';

/**
 * Runs a program and returns what it printed on standard output. Throws ENVIRONMENT with how it ended and its last words,
 * INTERRUPTED when the signal ended it.
 */
export async function runTool(call: ToolCall): Promise<string> {
  const { what, argv, input, env = {}, signal, timeoutMs, hint = HINT } = call;
  const [command, ...args] = argv;
  const done = await execa(command!, args, {
    reject: false,
    env: { ...env },
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
  if (!done.failed) return done.stdout;
  if (signal?.aborted) throw new StreamctlError('INTERRUPTED', `${what}: interrupted`);
  const lines = `${done.stdout}\n${done.stderr}`.trim().split('\n').slice(-LAST_LINES);
  const last = lines.at(-1)!;
  throw new StreamctlError(
    'ENVIRONMENT',
    `${what}: ${command} ${wordEnd(done, timeoutMs)}${last && `: ${last}`}`,
    {
      hint,
      ...(lines.length > 1 && { details: { facts: { 'last lines': lines.join('\n') } } }),
    },
  );
}

function wordEnd(
  { exitCode, originalMessage, timedOut }: Pick<Result, 'exitCode' | 'originalMessage' | 'timedOut'>,
  timeoutMs = 0,
): string {
  if (timedOut) return `did not end within ${timeoutMs / 1000} s`;
  return exitCode === undefined
    ? `did not run (${originalMessage ?? 'unknown reason'})`
    : `ended with ${exitCode}`;
}
