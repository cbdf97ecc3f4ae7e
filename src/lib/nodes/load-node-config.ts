import { readFile } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';
import type { NodeConfig } from './node-config.ts';

/** Loads a node.json. Throws ENVIRONMENT when it can't be read or is not one of this version. */
export async function loadNodeConfig(file: string): Promise<NodeConfig> {
  let config: NodeConfig;
  try {
    config = JSON.parse(await readFile(file, 'utf8')) as NodeConfig;
  } catch (cause) {
    throw new StreamctlError('ENVIRONMENT', `read the node's configuration ${file}: ${String(cause)}`, {
      cause,
    });
  }
  if (config.version === 1) return config;
  throw new StreamctlError('ENVIRONMENT', `${file} is of version ${String(config.version)}, not 1`, {
    hint: 'Run `streamctl up`: it writes the file again.',
  });
}
