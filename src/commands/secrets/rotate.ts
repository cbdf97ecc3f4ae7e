import { BaseCommand } from '../../lib/cli/base-command.ts';
import { type RotateReport, rotateSecrets } from '../../lib/cli/rotate-action.ts';

export default class SecretsRotate extends BaseCommand {
  static override summary = 'Give the store other passwords while everything plays.';
  static override description =
    'For every user of the store, and for the stores and Sentinels among themselves. For a while both passwords are good: stores take the new one before anybody has it, and refuse the old one when nobody has it any more, each proven by logging in. Killed at any moment, it goes on when run again. Stream keys are changed with stream key rotate.';
  static override examples = ['<%= config.bin %> secrets rotate', '<%= config.bin %> secrets rotate --json'];

  async run(): Promise<RotateReport> {
    const { flags } = await this.parse(SecretsRotate);
    const { root, version } = this.config;
    const report = await rotateSecrets({
      choice: flags,
      ...{ root, version, signal: this.signal, silent: this.jsonEnabled() },
      say: (line) => this.progress(line),
    });
    this.log(`  cluster ${report.cluster}: the store has other passwords, and the former ones are refused`);
    return report;
  }
}
