/** The daemons that units run: `streamctl daemon NAME --config PATH [--stream NAME]`, without loading oclif. */
import { parseArgs } from 'node:util';
import { ERROR_CODES, EXIT, StreamctlError, toStreamctlError } from '../base/errors.ts';
import { ownProgram } from './own-program.ts';
import { reportDaemonFailure } from './report-daemon-failure.ts';

interface DaemonOptions {
  readonly configFile: string;
  readonly stream: string;
}

const DAEMONS = {
  agent: async (options: DaemonOptions) => {
    const { runAgent } = await import('../agent/main.ts');
    await runAgent(options);
  },
  contribution: async (options: DaemonOptions) => {
    const { runContribution } = await import('../contribution/main.ts');
    await runContribution(options);
  },
  origin: async (options: DaemonOptions) => {
    const { runOrigin } = await import('../origin/main.ts');
    await runOrigin(options);
  },
  pipeline: async (options: DaemonOptions) => {
    const { runPipeline } = await import('../pipeline/main.ts');
    await runPipeline(options);
  },
  relay: async (options: DaemonOptions) => {
    const { runRelayDaemon } = await import('../publisher/relay/main.ts');
    await runRelayDaemon(options);
  },
  undo: async (options: DaemonOptions) => {
    const { runUndoProcess } = await import('../drill/undo/undo-process.ts');
    const { stdin: input, stdout: output } = process;
    await runUndoProcess({ file: options.configFile, input, output, nowMs: Date.now });
  },
  stage: async (options: DaemonOptions) => {
    const { runStage } = await import('../drill/stage/machine-stage.ts');
    const { stdin: input, stdout: output } = process;
    const program = Object.values(ownProgram());
    await runStage({ file: options.configFile, input, output, nowMs: Date.now, program });
  },
  heal: async (options: DaemonOptions) => {
    const { healAllArmed } = await import('../drill/stage/heal-machine.ts');
    process.stdout.write(`${JSON.stringify(await healAllArmed(options.configFile, Date.now))}\n`);
  },
  hands: async () => {
    const { runHands } = await import('../provision/hands/run-hands.ts');
    const { stdin: input, stdout: output } = process;
    // Units run as another user, who must be able to enter what root makes.
    process.umask(0o022);
    await runHands({ input, output });
  },
} as const;

/** Names of the daemons. */
export type DaemonName = keyof typeof DAEMONS;

/** Whether the arguments ask for a daemon (and not for its help). */
export function isDaemonCall(argv: readonly string[]): boolean {
  return argv[0] === 'daemon' && Object.hasOwn(DAEMONS, argv[1] ?? '') && !argv.includes('--help');
}

/** Runs a daemon until it ends or is told to; returns the exit status. Its words go where the supervisor logs. */
export async function runDaemon(name: DaemonName, args: readonly string[]): Promise<number> {
  try {
    const { values } = parseDaemonArgs(args);
    if (values.config === undefined && name !== 'hands')
      throw new StreamctlError('USAGE', `daemon ${name} needs --config PATH`);
    await DAEMONS[name]({ configFile: values.config ?? '', stream: values.stream ?? '' });
    return EXIT.ok;
  } catch (error) {
    const failure = toStreamctlError(error);
    await reportDaemonFailure(name, failure);
    return ERROR_CODES[failure.code].exit;
  }
}

function parseDaemonArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { config: { type: 'string' }, stream: { type: 'string' } },
    });
  } catch (cause) {
    throw new StreamctlError('USAGE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
