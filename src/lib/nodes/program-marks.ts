/** What a machine knows of programs and of the last upgrade: read by the agent, so that asking nodes tells it. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProgramMark, UpgradeMark } from '../health/report.ts';
import { clusterLayout } from './layout.ts';

/** The version that a program's folder says; null when it says none. */
export async function loadVersionOf(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, 'version'), 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}

/** The program of an entry, as it is in a cluster's folder of programs: its folder is its digest. */
export async function loadProgramMark(entry: string): Promise<ProgramMark> {
  const folder = dirname(entry);
  return { digest: basename(folder), version: await loadVersionOf(folder) };
}

/** The last upgrade that this machine has heard of; null when it never did, or what it has is damaged. */
export async function loadUpgradeMark(clusterDir: string): Promise<UpgradeMark | null> {
  const text = await readFile(clusterLayout(clusterDir).upgrade, 'utf8').catch(() => 'null');
  try {
    const { state, to, startedMs, revision = 0, who = '', host = '' } = JSON.parse(text) as UpgradeMark;
    return { state, to, startedMs, revision, who, host };
  } catch {
    return null;
  }
}
