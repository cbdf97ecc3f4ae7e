import { resolve } from 'node:path';
import { EXIT } from '../../lib/base/errors.ts';
import { BaseCommand } from '../../lib/cli/base-command.ts';
import { DEFAULT_SPEC } from '../../lib/cli/context.ts';
import { formatErrorText } from '../../lib/cli/render-error.ts';
import type { Diagnostic } from '../../lib/spec/diagnostic.ts';
import { readSpec, specInvalid } from '../../lib/spec/load.ts';

interface SpecValidateResult {
  readonly file: string;
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export default class SpecValidate extends BaseCommand {
  static override summary = 'Say every fault of a spec, with file, line and column.';
  static override description =
    'Reads the spec and starts nothing. Exit status 0 when it is valid, 3 when it is not.';
  static override examples = [
    '<%= config.bin %> spec validate',
    '<%= config.bin %> spec validate --spec clusters/charity.yaml --json',
  ];

  async run(): Promise<SpecValidateResult> {
    const { spec } = await this.clusterChoice();
    const { parsed, shown } = await readSpec(resolve(spec ?? DEFAULT_SPEC));
    const { diagnostics } = parsed;
    if (parsed.spec === null) {
      this.exitWith(EXIT.specInvalid);
      this.progress(formatErrorText(specInvalid(shown, diagnostics), this.colour).trimEnd());
    } else {
      this.log(`  ✔ ${shown} is valid · cluster ${parsed.spec.cluster} · ${parsed.spec.nodes.length} nodes`);
    }
    return { file: shown, valid: parsed.spec !== null, diagnostics };
  }
}
