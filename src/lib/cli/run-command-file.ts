/** Loads one command's file and runs it, without reading the configuration of oclif. */
import { pathToFileURL } from 'node:url';
import type { Config } from '@oclif/core/config';
import { ERROR_CODES, toStreamctlError } from '../base/errors.ts';
import { type BaseCommand, reportFailure } from './base-command.ts';

export interface CommandCall {
  readonly file: string;
  readonly id: string;
  readonly argv: string[];
}

interface CommandModule {
  readonly default: (new (argv: string[], config: Config) => BaseCommand) & { id: string };
}

/** Runs the command of a file and returns its exit status. */
export async function runCommandFile(
  call: CommandCall,
  about: { root: string; version: string },
): Promise<number> {
  try {
    const { default: CommandClass } = (await import(pathToFileURL(call.file).href)) as CommandModule;
    CommandClass.id = call.id;
    return await new CommandClass(call.argv, createConfig(about)).execute();
  } catch (error) {
    const failure = toStreamctlError(error);
    await reportFailure(failure, call.argv.includes('--json'));
    return ERROR_CODES[failure.code].exit;
  }
}

/**
 * What oclif's Command asks of its configuration while it parses: names, and no hooks. The real Config reads files
 * and loads half of oclif to find plugins that we do not have.
 */
function createConfig({ root, version }: { root: string; version: string }): Config {
  const config: Pick<Config, 'bin' | 'name' | 'root' | 'version' | 'topicSeparator' | 'runHook'> = {
    bin: 'streamctl',
    name: 'streamctl',
    root,
    version,
    topicSeparator: ' ',
    runHook: async () => ({ successes: [], failures: [] }),
  };
  return config as Config;
}
