/** A relay as a unit beside a cluster: its name, its arguments, and the file that says what it relays. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { publishersLayout } from '../../nodes/layout.ts';
import type { Unit } from '../../nodes/service-manager.ts';
import type { ListenAddress } from './play-path.ts';

export interface RelayConfig {
  readonly version: 1;
  readonly stream: string;
  readonly listen: ListenAddress;
  readonly targets: readonly string[];
  /** Mode 0600; its first line is the key. */
  readonly keyFile: string;
  /** Folder for its files. */
  readonly dir: string;
}

export interface RelayProgram {
  readonly nodeBinary: string;
  /** Entry that runs `daemon NAME`. */
  readonly program: string;
}

const PREFIX = 'relay-';

export function relayUnitName(stream: string): string {
  return `${PREFIX}${stream}`;
}

/** Describes the relay of a stream as a unit. */
export function formatRelayUnit(
  clusterDir: string,
  stream: string,
  { nodeBinary, program }: RelayProgram,
): Unit {
  const argv = [nodeBinary, program, 'daemon', 'relay', '--config', relayConfigFile(clusterDir, stream)];
  return { name: relayUnitName(stream), argv: argv as [string, ...string[]], env: {}, stopTimeoutSec: 3 };
}

export function relayConfigFile(clusterDir: string, stream: string): string {
  return join(publishersLayout(clusterDir).data, `${relayUnitName(stream)}.json`);
}

/** Where the relay says how it is (`RelayReport`), for `status`. */
export function relayStateFile(dir: string): string {
  return join(dir, 'state.json');
}

/** Writes what the relay of a stream relays; returns whether it differs from before. */
export async function saveRelayConfig(clusterDir: string, config: RelayConfig): Promise<boolean> {
  const file = relayConfigFile(clusterDir, config.stream);
  const text = `${JSON.stringify(config, null, 2)}\n`;
  await mkdir(config.dir, { recursive: true });
  await chmod(config.dir, 0o700);
  if ((await readFile(file, 'utf8').catch(() => null)) === text) return false;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
  return true;
}

/** Loads what a relay relays. Throws what reading and JSON throw. */
export async function loadRelayConfig(file: string): Promise<RelayConfig> {
  return JSON.parse(await readFile(file, 'utf8')) as RelayConfig;
}
