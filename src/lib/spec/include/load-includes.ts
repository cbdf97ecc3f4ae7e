/** What a spec includes, as texts: files beside it, and what commands print (Terraform's outputs, a cloud's inventory). */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { Fault } from '../diagnostic.ts';
import { asRecord } from '../loose.ts';
import type { IncludedText } from './included-text.ts';

export interface LoadedIncludes {
  readonly texts: readonly IncludedText[];
  /** Of the spec's list `include`. */
  readonly faults: readonly Fault[];
}

interface LoadPlace {
  /** Folder that names of files are relative to, and in which commands run. */
  readonly dir: string;
  /** How a file is named in messages. */
  readonly show: (file: string) => string;
}

const USUAL_LIMIT_SEC = 30;
const MOST_BYTES = 4 * 2 ** 20;
const SHOWN_LINES = 4;

/**
 * Loads what the text of a spec includes, all at once. Commands run without a shell and without input, for 30 s at most
 * unless the entry says otherwise. Throws nothing: what cannot be had is a fault of its entry.
 */
export async function loadIncludes(text: string, place: LoadPlace): Promise<LoadedIncludes> {
  const entries = listEntries(text);
  const loaded = await Promise.all(entries.map((entry, at) => loadEntry(entry, at, place)));
  return {
    texts: loaded.flatMap((one) => ('text' in one ? [one] : [])),
    faults: loaded.flatMap((one) => ('message' in one ? [one] : [])),
  };
}

/** Entries of a wrong shape are left for the check of the whole spec. */
function listEntries(text: string): unknown[] {
  if (!/^["']?include["']?\s*:/m.test(text) && !text.trimStart().startsWith('{')) return [];
  try {
    const { include } = asRecord(parseDocument(text).toJS());
    return Array.isArray(include) ? include : [];
  } catch {
    return [];
  }
}

async function loadEntry(entry: unknown, at: number, place: LoadPlace): Promise<IncludedText | Fault> {
  const path = ['include', at];
  if (typeof entry === 'string') return await loadFile(entry, path, place);
  const { command, timeoutSec } = asRecord(entry);
  if (!isArgv(command)) return { shown: `include.${at}`, text: 'nodes: []' };
  const limitSec = typeof timeoutSec === 'number' && timeoutSec > 0 ? timeoutSec : USUAL_LIMIT_SEC;
  return await runCommand(command, { path, limitSec, dir: place.dir });
}

function isArgv(value: unknown): value is [string, ...string[]] {
  return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string');
}

async function loadFile(name: string, path: Fault['path'], place: LoadPlace): Promise<IncludedText | Fault> {
  const file = resolve(place.dir, name);
  try {
    return { shown: place.show(file), text: await readFile(file, 'utf8') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : String(code ?? error);
    return { path, message: `include ${place.show(file)}: ${why}` };
  }
}

interface CommandRun {
  readonly path: Fault['path'];
  readonly limitSec: number;
  readonly dir: string;
}

async function runCommand(
  [program, ...words]: [string, ...string[]],
  { path, limitSec, dir }: CommandRun,
): Promise<IncludedText | Fault> {
  const shown = `output of "${[program, ...words].join(' ')}"`;
  // Few specs run a command, and every command of ours reads the spec.
  const { execa } = await import('execa');
  const done = await execa(program, words, {
    cwd: dir,
    stdin: 'ignore',
    timeout: limitSec * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: MOST_BYTES,
    reject: false,
    stripFinalNewline: false,
  });
  if (!done.failed) return { shown, text: done.stdout };
  const how = done.timedOut
    ? `did not end within ${limitSec} s`
    : done.isMaxBuffer
      ? `printed more than ${MOST_BYTES / 2 ** 20} MiB`
      : done.exitCode === undefined
        ? (done.originalMessage ?? 'could not be run')
        : `ended with ${done.exitCode}`;
  const said = done.stderr.trim().split('\n').slice(-SHOWN_LINES).join(' / ');
  return { path, message: `include the ${shown}: it ${how}${said === '' ? '' : `; it said: ${said}`}` };
}
