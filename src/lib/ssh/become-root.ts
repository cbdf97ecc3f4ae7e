/**
 * Becoming root on a machine by sudo: without a password, or with one out of a file, which goes in as the first line of standard
 * input and nowhere else.
 */
import { readFile, stat } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import type { SshSettings, SshTarget } from './target.ts';

/**
 * What goes before a command that takes root. `-k` forgets that a password was given a minute ago: sudo then always reads the
 * line, and the command never sees it.
 */
export const AS_ROOT = { already: '', silent: 'sudo -n ', withPassword: "sudo -k -S -p '' " } as const;
export type AsRoot = (typeof AS_ROOT)[keyof typeof AS_ROOT];

/**
 * Shell that defines `root CMD`, without a password if that may be; `$by` says how. It reads the password, or an empty line, as
 * the first line of standard input.
 */
export const ROOT_FUNCTION = [
  'IFS= read -r password; by=silent; [ "$(id -u)" = 0 ] && by=already',
  'if [ $by = silent ] && [ -n "$password" ] && ! sudo -k -n true 2>/dev/null; then by=password; fi',
  'root() {',
  '  case $by in already) "$@" ;; silent) sudo -n "$@" ;;',
  `  *) printf '%s\\n' "$password" | sudo -k -S -p '' "$@" ;; esac`,
  '}',
].join('\n');

/** What standard input of a command begins with: the password of sudo where it reads one, else nothing. */
export async function firstInput({ settings }: SshTarget, command: string): Promise<string> {
  return command.startsWith(AS_ROOT.withPassword) ? `${await loadSudoPassword(settings)}\n` : '';
}

/** The password of sudo; empty when none is set. Throws ENVIRONMENT for a file that cannot be read, or that others can. */
export async function loadSudoPassword({ sudoPasswordFile: file }: SshSettings): Promise<string> {
  if (file === undefined) return '';
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) {
      throw new StreamctlError('ENVIRONMENT', `read the password of sudo: others may read ${file}`, {
        hint: `Run chmod 600 ${file}.`,
      });
    }
    return (await readFile(file, 'utf8')).split('\n')[0]!;
  } catch (cause) {
    if (cause instanceof StreamctlError) throw cause;
    throw new StreamctlError('ENVIRONMENT', `read the password of sudo: cannot read ${file}`, {
      hint: 'Make the file, mode 0600, with the password alone, or leave ssh.sudoPasswordFile out.',
      cause,
    });
  }
}
