/** Unit files as text. Pure; systemd.syntax(7) and systemd.service(5) govern the quoting. */
import type { Directive } from './sandbox.ts';

/** Sections in their order, each a list of lines. */
export type UnitSections = readonly (readonly [section: string, directives: readonly Directive[]])[];

const MARK = '# Made by streamctl for ';

/** Formats a unit file; its first line says which cluster's it is. */
export function formatUnitFile(clusterDir: string, sections: UnitSections): string {
  const blocks = sections.map(([section, directives]) =>
    [`[${section}]`, ...directives.map(([key, value]) => `${key}=${value}`), ''].join('\n'),
  );
  return `${MARK}${clusterDir}; what is changed here is lost.\n\n${blocks.join('\n')}`;
}

/** Whether a unit file was made for the cluster in this folder. */
export function isUnitFileOf(clusterDir: string, text: string): boolean {
  return text.startsWith(`${MARK}${clusterDir};`);
}

/** Quotes the arguments of an Exec line, so that systemd changes nothing in them; `$` of the shell's own stays. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map((word) => quoteWord(word.replaceAll('$', '$$$$'))).join(' ');
}

/** Formats variables for `Environment=`. */
export function formatEnvironment(env: Readonly<Record<string, string>>): Directive[] {
  return Object.entries(env).map(([key, value]) => ['Environment', quoteWord(`${key}=${value}`)]);
}

function quoteWord(word: string): string {
  const safe = word.replaceAll('%', '%%');
  if (/^[\w@%+=:,./$-]+$/.test(safe)) return safe;
  return `"${safe.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
