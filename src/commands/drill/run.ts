import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../../lib/base/errors.ts';
import { Args } from '../../lib/cli/base-command.ts';
import { DrillCommand, type DrillResult } from '../../lib/cli/drill-command.ts';
import { parseDrillFile, planFile } from '../../lib/drill/file/plan-file.ts';
import { settingsOf } from '../../lib/nodes/settings-of.ts';

export default class DrillRun extends DrillCommand {
  static override summary = 'Run a drill of your own, from a YAML file.';
  static override description =
    'Faults in sequence or together, viewers that join, stop conditions, expectations. streamctl drill example prints ' +
    'one with every key explained. Exit statuses as of every drill.';
  static override examples = [
    '<%= config.bin %> drill run drill.yaml',
    '<%= config.bin %> drill run drill.yaml --dry-run',
    '<%= config.bin %> drill run drill.yaml --repeat 5 --report out',
  ];
  static override args = { file: Args.string({ description: 'The file.', required: true }) };

  async run(): Promise<DrillResult> {
    const { args, flags } = await this.parse(DrillRun);
    const text = await readFile(args.file, 'utf8').catch((cause: unknown) => {
      throw new StreamctlError('NOT_FOUND', `cannot read ${args.file}`, {
        hint: 'Write one with streamctl drill example.',
        cause,
      });
    });
    const file = parseDrillFile(text, args.file);
    const view = await this.loadCluster();
    const stream = flags.stream ?? file.stream ?? Object.keys(view.streams)[0] ?? 'demo';
    const facts = { view, settings: settingsOf(view, stream), stream };
    const plan = planFile({ ...file, ...pickGiven(flags) }, facts);
    return await this.runPlan(view, plan);
  }
}

/** What flags say in place of the file. */
function pickGiven({ viewers, duration }: { viewers: number | undefined; duration: string | undefined }) {
  return {
    ...(viewers === undefined ? {} : { viewers }),
    ...(duration === undefined ? {} : { duration }),
  };
}
