import { EXIT } from '../lib/base/errors.ts';
import { BaseCommand, Flags } from '../lib/cli/base-command.ts';
import { createExamination } from '../lib/cli/create-examination.ts';
import { startSignsOfLife } from '../lib/cli/signs-of-life.ts';
import type { Finding } from '../lib/provision/checks/check.ts';
import { mend } from '../lib/provision/doctor.ts';

interface DoctorResult {
  readonly healthy: boolean;
  readonly findings: readonly Omit<Finding, 'fix'>[];
}

const SIGNS = { ok: '✔', warning: '!', fault: '✖' } as const;

export default class Doctor extends BaseCommand {
  static override summary = 'Look for what keeps machines from running clusters.';
  static override description =
    `Looks at this machine: packages and versions, ports, disk, open files, clock, stale locks, orphan processes. With a
spec of driver ssh beside it (or --spec, --cluster) at the cluster's machines instead: system, packages, clocks, kernel
settings, disk, open files, and whether nodes reach one another.

--fix installs what is missing and removes what is left over. Exit status 4 when a fault remains.`;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --fix',
    '<%= config.bin %> doctor --json',
  ];
  static override flags = {
    fix: Flags.boolean({ summary: 'Install missing packages, remove stale locks, end orphan processes.' }),
  };

  async run(): Promise<DoctorResult> {
    const { flags } = await this.parse(Doctor);
    const examine = await createExamination({
      choice: flags,
      root: this.config.root,
      signal: this.signal,
    });
    const found = await this.#look(examine, flags.fix);
    for (const { check, state, text, remedy } of found) {
      this.log(`  ${SIGNS[state]} ${check.padEnd(10)} ${state === 'ok' ? '' : `${state}: `}${text}`);
      if (remedy !== null) this.log(`    ${''.padEnd(10)} ${remedy}`);
    }
    const healthy = !found.some(({ state }) => state === 'fault');
    if (!healthy) this.exitWith(EXIT.environment);
    return { healthy, findings: found.map(({ fix: _, ...finding }) => finding) };
  }

  async #look(examine: () => Promise<readonly Finding[]>, fix: boolean): Promise<readonly Finding[]> {
    const signs = startSignsOfLife('looking');
    const say = (line: string): void => {
      signs.doing(line);
      this.progress(`  … ${line}`);
    };
    return await (fix ? mend(examine, say) : examine()).finally(() => signs.close());
  }
}
