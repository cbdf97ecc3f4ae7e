import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';

const TIMEOUT_MS = 10_000;

export interface MeshToolCall {
  /** What is being done, for the message when it fails. */
  readonly what: string;
  readonly argv: readonly [string, ...string[]];
  /** Standard input; secrets go there, never into arguments. */
  readonly input?: string;
}

/** Runs a program of the system and returns what it printed. Throws ENVIRONMENT with its last words. */
export async function runMeshTool({ what, argv, input }: MeshToolCall): Promise<string> {
  const [command, ...args] = argv;
  const done = await execa(command, args, {
    reject: false,
    timeout: TIMEOUT_MS,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  });
  if (!done.failed) return done.stdout;
  const said = done.stderr.trim().split('\n').slice(-4).join('\n') || (done.originalMessage ?? 'nothing');
  throw new StreamctlError('ENVIRONMENT', `${what}: ${command} failed`, {
    hint: 'Mend what it says on that machine, then run the same command again: it continues.',
    details: { facts: { 'last lines': said } },
  });
}
