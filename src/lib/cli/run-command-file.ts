/** Loads one command's file and runs it, without reading the configuration of oclif. */
import { pathToFileURL } from 'node:url';
import { Config } from '@oclif/core/config';
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

/** What a command needs of oclif's configuration while it parses: names, and no hooks. */
class QuietConfig extends Config {
  override async runHook(): Promise<{ successes: []; failures: [] }> {
    return { successes: [], failures: [] };
  }
}

function createConfig(about: { root: string; version: string }): Config {
  const config = new QuietConfig({ root: about.root });
  config.bin = 'streamctl';
  config.name = 'streamctl';
  config.version = about.version;
  config.root = about.root;
  config.topicSeparator = ' ';
  return config;
}
