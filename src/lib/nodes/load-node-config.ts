import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import type { NodeConfig } from './node-config.ts';

/** Loads a node.json. Throws ENVIRONMENT when it can't be read or is not one of this version. */
export async function loadNodeConfig(file: string): Promise<NodeConfig> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new StreamctlError('ENVIRONMENT', `read the node's configuration ${file}: ${String(cause)}`, {
      cause,
    });
  }
  return checkNodeConfig(value);
}

/** Returns the value when it is a configuration of this version; throws ENVIRONMENT otherwise. */
export function checkNodeConfig(value: unknown): NodeConfig {
  const version = (value as Partial<NodeConfig> | null)?.version;
  if (version === 1) return value as NodeConfig;
  throw new StreamctlError('ENVIRONMENT', `a node.json is of version ${String(version)}, not 1`, {
    hint: 'Run `streamctl up`: it writes the file again.',
  });
}
