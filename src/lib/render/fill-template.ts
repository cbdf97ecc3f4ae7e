/** Templates with `{{placeholders}}`. Pure. */
import { StreamctlError } from '../base/errors.ts';

/**
 * Replaces every `{{name}}` by its value. Throws BUG for a name without a value, so that a template and its renderer
 * cannot drift apart. A placeholder inside a comment line (`# {{name}} …`) is documentation and is kept.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string | number>>): string {
  return template
    .split('\n')
    .map((line) => (line.trimStart().startsWith('#') ? line : fillLine(line, values)))
    .join('\n');
}

function fillLine(line: string, values: Readonly<Record<string, string | number>>): string {
  return line.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new StreamctlError('BUG', `a template asks for ${whole}, which has no value`);
    return String(value);
  });
}
