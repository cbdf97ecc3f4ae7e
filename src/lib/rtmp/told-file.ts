/** A file that its reader waits for: what it says is not known yet when the reader starts. Never on disk, as it is a pipe. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface ToldFile {
  /** Hands the text to the reader once it reads, and ends. Resolves without having done so when the file was removed. */
  tell(text: string): Promise<void>;
  /** May be called twice. */
  remove(): void;
}

const POLL_MS = 10;

/** Makes it, of mode 0600. Throws when it cannot be made. */
export async function createToldFile(path: string): Promise<ToldFile> {
  await promisify(execFile)('mkfifo', ['-m', '600', path]);
  let removed = false;
  return {
    tell: async (text) => {
      while (!removed && !(await write(path, text))) await sleep(POLL_MS);
    },
    remove: () => {
      removed = true;
      void rm(path, { force: true });
    },
  };
}

/** False while nobody reads. */
async function write(path: string, text: string): Promise<boolean> {
  try {
    await using file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    await file.write(text);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The reader has gone, and the file with it.
    return code === 'ENOENT' || code === 'EPIPE';
  }
}
