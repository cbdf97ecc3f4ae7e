/** Asking before something that cannot be undone. */
import { StreamctlError } from '../base/errors.ts';

/** Resolves when the operator agrees. Throws USAGE without a terminal and without --yes, INTERRUPTED at "no". */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new StreamctlError('USAGE', `${question} Nobody can answer here`, {
      hint: 'Pass --yes to go ahead.',
    });
  }
  const { confirm: ask } = await import('@inquirer/prompts');
  if (await ask({ message: question, default: false }, { output: process.stderr })) return;
  throw new StreamctlError('INTERRUPTED', 'stopped: nothing was changed');
}
