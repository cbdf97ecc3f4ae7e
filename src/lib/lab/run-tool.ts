import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';

export interface ToolCall {
  /** What is being done, for the message when it fails: `plug in us-1`. */
  readonly what: string;
  readonly argv: readonly string[];
  /** Standard input; none when left out. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program of the system to its end and returns what it printed. Throws ENVIRONMENT with its last lines. */
export async function runTool(call: ToolCall): Promise<string> {
  const { what, argv, input, env = {}, signal } = call;
  const [command, ...args] = argv;
  const done = await execa(command!, args, {
    reject: false,
    env: { ...env },
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  if (!done.failed) return done.stdout;
  if (signal?.aborted) throw new StreamctlError('INTERRUPTED', `${what}: interrupted`);
  const last = `${done.stdout}\n${done.stderr}`.trim().split('\n').slice(-4).join('\n');
  throw new StreamctlError('ENVIRONMENT', `${what}: ${command} ${wordEnd(done)}`, {
    hint: 'Mend what it says, then run the same command again: it continues.',
    details: { facts: { 'last lines': last } },
  });
}

/** Prefixes a command so that it runs in the network of a process. */
export function inNetworkOf(pid: number, argv: readonly string[]): string[] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...argv];
}

function wordEnd(done: { exitCode?: number | undefined; originalMessage?: string | undefined }): string {
  return done.exitCode === undefined
    ? `did not run (${done.originalMessage ?? 'unknown reason'})`
    : `ended with ${done.exitCode}`;
}
