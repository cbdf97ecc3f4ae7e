import { BaseCommand } from '../../lib/cli/base-command.ts';
import { specJsonSchema } from '../../lib/spec/schema.ts';

export default class SpecSchema extends BaseCommand {
  static override summary = 'Print the JSON Schema of specs, for editors.';
  static override description =
    'Save it beside the spec and begin the spec with `# yaml-language-server: $schema=FILE`: editors then complete ' +
    'keys and mark faults.';
  static override examples = ['<%= config.bin %> spec schema > streamctl.schema.json'];

  async run(): Promise<Record<string, unknown>> {
    await this.parse(SpecSchema);
    const schema = specJsonSchema();
    this.log(JSON.stringify(schema, null, 2));
    return schema;
  }
}
