/** A JSON file that another process replaces as a whole, read again whenever it changes. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

export interface WatchedJson<T> {
  /** What the file said last; the initial value until it could be read. */
  readonly current: T;
  /** Reads the file now; resolves when done. */
  refresh(): Promise<void>;
  close(): void;
}

export interface WatchOptions<T> {
  readonly initial: T;
  /** Turns the parsed JSON into the value; throws for what cannot be used, which leaves the last value. */
  readonly parse: (value: unknown) => T;
  readonly onChange?: (value: T) => void;
}

/** Milliseconds between looks: a stat costs microseconds, and inotify misses files on some network disks. */
const POLL_MS = 500;

/** Watches until closed. A file that is missing, half-written or of another kind leaves the last value. */
export function watchJson<T>(file: string, options: WatchOptions<T>): WatchedJson<T> {
  let current = options.initial;
  let text: string | null = null;
  let closed = false;
  const refresh = async (): Promise<void> => {
    try {
      const read = await readFile(file, 'utf8');
      if (closed || read === text) return;
      current = options.parse(JSON.parse(read));
      text = read;
      options.onChange?.(current);
    } catch {
      // Unknown never replaces known; the next change is read again.
    }
  };
  const onStat = (): void => void refresh();
  watchFile(file, { interval: POLL_MS }, onStat);
  void refresh();
  return {
    get current() {
      return current;
    },
    refresh,
    close: () => {
      closed = true;
      unwatchFile(file, onStat);
    },
  };
}
