import { BaseCommand } from '../../lib/cli/base-command.ts';
import { drillFileJsonSchema } from '../../lib/drill/file/drill-file.ts';

export default class DrillSchema extends BaseCommand {
  static override summary = 'Print the JSON Schema of files of drills, for editors.';
  static override description =
    'Save it beside the file and begin the file with `# yaml-language-server: $schema=FILE`: editors then complete ' +
    'keys and mark faults.';
  static override examples = ['<%= config.bin %> drill schema > drill.schema.json'];

  async run(): Promise<Record<string, unknown>> {
    await this.parse(DrillSchema);
    const schema = drillFileJsonSchema();
    this.log(JSON.stringify(schema, null, 2));
    return schema;
  }
}
