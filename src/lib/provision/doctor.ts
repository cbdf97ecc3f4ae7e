/** Looking at a machine before and after trouble: a list of checks; each may know how to mend what it finds. */
import { toStreamctlError } from '../base/errors.ts';
import type { Check, CheckContext, Finding } from './checks/check.ts';
import { leftoversCheck } from './checks/leftovers-check.ts';
import { machineCheck } from './checks/machine-check.ts';
import { packagesCheck } from './checks/packages-check.ts';
import { portsCheck } from './checks/ports-check.ts';

export const CHECKS: readonly Check[] = [packagesCheck, machineCheck, portsCheck, leftoversCheck];

/** Runs every check; one that fails itself is a finding. */
export async function examineMachine(context: CheckContext): Promise<Finding[]> {
  const perCheck = await Promise.all(
    CHECKS.map(async ({ name, run }) => {
      const found = await run(context).catch((error: unknown) => [
        {
          state: 'fault' as const,
          text: `could not look: ${toStreamctlError(error).message}`,
          remedy: null,
          fix: null,
        },
      ]);
      return found.map((finding) => ({ check: name, ...finding }));
    }),
  );
  return perCheck.flat();
}

/** Mends what can be mended, says of what cannot, and looks again. */
export async function mend(
  examine: () => Promise<readonly Finding[]>,
  say: (line: string) => void,
): Promise<readonly Finding[]> {
  for (const { check, fix, text } of await examine()) {
    if (fix === null) continue;
    say(`mending ${check}: ${text}`);
    await fix().catch((error: unknown) => {
      const { message, details } = toStreamctlError(error);
      const said = (details as { facts?: Record<string, string> } | undefined)?.facts?.['last lines'];
      say(`could not: ${message}${said === undefined ? '' : `: ${said.split('\n').at(-1)}`}`);
    });
  }
  return await examine();
}
