/** Asking before something that cannot be undone. */
import { StreamctlError } from '../base/errors.ts';

export interface Consent {
  /** `--yes`, or `--confirm` with the right name. */
  readonly yes: boolean;
  /** Under `--json` nobody is asked. */
  readonly silent: boolean;
}

/** Resolves when the operator agrees. Throws USAGE when nobody can be asked, INTERRUPTED at "no". */
export async function confirm(question: string, { yes, silent }: Consent): Promise<void> {
  if (yes) return;
  await ask(question, { silent, hint: 'Pass --yes to go ahead.' });
}

export interface NamedConsent {
  /** What must be named. */
  readonly name: string;
  /** `--confirm`. */
  readonly given: string | undefined;
  readonly silent: boolean;
}

/**
 * The same for what deletes: scripts say the name of what it is about, so that a command line that was copied does not
 * delete something else. Throws USAGE, also when another name is said.
 */
export async function confirmByName(question: string, consent: NamedConsent): Promise<void> {
  const { name, given, silent } = consent;
  if (given === name) return;
  const hint = `Pass --confirm=${name} to go ahead.`;
  if (given !== undefined) {
    throw new StreamctlError('USAGE', `--confirm=${given}: this is about "${name}"; nothing was changed`, {
      hint,
    });
  }
  await ask(question, { silent, hint });
}

async function ask(
  question: string,
  { silent, hint }: { readonly silent: boolean; readonly hint: string },
): Promise<void> {
  if (silent || process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new StreamctlError('USAGE', `${question} Nobody can answer here`, { hint });
  }
  const { confirm: prompt } = await import('@inquirer/prompts');
  if (await prompt({ message: question, default: false }, { output: process.stderr })) return;
  throw new StreamctlError('INTERRUPTED', 'stopped: nothing was changed');
}
