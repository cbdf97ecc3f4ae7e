/** The order of the folders under src, as ARCHITECTURE.md draws it. */
import { fileAt } from './repository-files.ts';

export interface Folder {
  /** `lib/health`, `commands`. */
  readonly name: string;
  readonly daemon: boolean;
}

const LINE = /^src\/(lib\/[a-z-]+|commands)\/\s+(.*)$/;

/** From the top of the drawing to its bottom. */
export const FOLDERS: readonly Folder[] = drawn();

function drawn(): Folder[] {
  const [, section = ''] = fileAt('ARCHITECTURE.md').text.split('\n## Folders\n');
  return section.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    return match === null ? [] : [{ name: match[1]!, daemon: /\bdaemon\b/.test(match[2]!) }];
  });
}

/** The folder of a file of ours: `src/lib/cli/views/x.ts` is in `lib/cli`; null for src/main.ts. */
export function folderOf(path: string): string | null {
  const [, first, second, third] = path.split('/');
  if (first === 'lib' && third !== undefined) return `lib/${second}`;
  return first === 'commands' ? 'commands' : null;
}
