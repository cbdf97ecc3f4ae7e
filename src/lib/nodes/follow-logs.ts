/** Logs of many units as one stream of lines in time order: svlogd's folders, merged. */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeLayout, publishersLayout } from './layout.ts';
import { readLastLines, splitLines } from './read-log.ts';

export interface LogSource {
  readonly node: string;
  readonly unit: string;
  readonly dir: string;
}

export interface LogLine {
  readonly node: string;
  readonly unit: string;
  /** ISO 8601 in UTC, as svlogd stamped it; empty when it did not. */
  readonly time: string;
  readonly text: string;
}

const POLL_MS = 150;
const STAMP = /^(\d{4}-\d\d-\d\d)_(\d\d:\d\d:\d\d\.\d+) /;

/** What stands where others have their node: test publishers and relays have none. */
export const NO_NODE = '–';

/** Lists the log folders of nodes, and of what runs outside of them. */
export async function listLogSources(clusterDir: string, nodes: readonly string[]): Promise<LogSource[]> {
  const folders = [
    ...nodes.map((node) => ({ node, log: nodeLayout(clusterDir, node).log })),
    { node: NO_NODE, log: publishersLayout(clusterDir).log },
  ];
  const found = await Promise.all(
    folders.map(async ({ node, log }) => {
      const units = await readdir(log).catch((): string[] => []);
      return units.sort().map((unit) => ({ node, unit, dir: join(log, unit) }));
    }),
  );
  return found.flat();
}

/** Reads the last lines of all sources together, oldest first. */
export async function readMergedLines(sources: readonly LogSource[], count: number): Promise<LogLine[]> {
  const lists = await Promise.all(
    sources.map(async (source) =>
      (await readLastLines(source.dir, count)).map((line) => parseLogLine(source, line)),
    ),
  );
  return lists
    .flat()
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .slice(-count);
}

/** Parses one line of a log file written by `svlogd -tt`. */
export function parseLogLine({ node, unit }: LogSource, line: string): LogLine {
  const match = STAMP.exec(line);
  if (match === null) return { node, unit, time: '', text: line };
  return { node, unit, time: `${match[1]}T${match[2]!.slice(0, 12)}Z`, text: line.slice(match[0].length) };
}

/** Yields lines as they are written, also across rotations, until the signal. Starts at the end of the files. */
export async function* followLogs(
  findSources: () => Promise<readonly LogSource[]>,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const tails = new Map<string, Tail>();
  for (const source of await findSources()) tails.set(source.dir, await Tail.atEnd(source));
  while (!signal.aborted) {
    for (const source of await findSources()) {
      if (!tails.has(source.dir)) tails.set(source.dir, new Tail(source, 0, 0));
    }
    const fresh = (await Promise.all([...tails.values()].map((tail) => tail.readNew()))).flat();
    yield* fresh.sort((a, b) => (a.time < b.time ? -1 : 1));
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** How far one `current` was read. */
class Tail {
  readonly #source: LogSource;
  #inode: number;
  #offset: number;
  #rest = '';

  constructor(source: LogSource, inode: number, offset: number) {
    this.#source = source;
    this.#inode = inode;
    this.#offset = offset;
  }

  static async atEnd(source: LogSource): Promise<Tail> {
    const found = await stat(join(source.dir, 'current')).catch(() => null);
    return new Tail(source, found?.ino ?? 0, found?.size ?? 0);
  }

  async readNew(): Promise<LogLine[]> {
    const path = join(this.#source.dir, 'current');
    const found = await stat(path).catch(() => null);
    if (found === null) return [];
    const lines: string[] = [];
    if (found.ino !== this.#inode) {
      if (this.#inode !== 0) lines.push(...(await this.#readRotated()));
      this.#inode = found.ino;
      this.#offset = 0;
    }
    if (found.size > this.#offset) lines.push(...(await this.#readFrom(path, found.size)));
    return lines.map((line) => parseLogLine(this.#source, line));
  }

  /** What was written to the old file between our last look and its rotation. */
  async #readRotated(): Promise<string[]> {
    const names = (await readdir(this.#source.dir)).filter((name) => name.startsWith('@')).sort();
    for (const name of names.reverse()) {
      const path = join(this.#source.dir, name);
      if ((await stat(path).catch(() => null))?.ino !== this.#inode) continue;
      const bytes = await readFile(path);
      return splitLines(this.#take(bytes.subarray(this.#offset).toString('utf8')));
    }
    return [];
  }

  async #readFrom(path: string, size: number): Promise<string[]> {
    await using file = await open(path);
    const length = size - this.#offset;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.#offset);
    this.#offset += bytesRead;
    return splitLines(this.#take(buffer.toString('utf8', 0, bytesRead)));
  }

  /** Whole lines only; a part of one waits for its end. */
  #take(text: string): string {
    const all = this.#rest + text;
    const end = all.lastIndexOf('\n') + 1;
    this.#rest = all.slice(end);
    return all.slice(0, end);
  }
}
