/**
 * What every command extends, and with its folder the only code that knows oclif.
 *
 * A command parses, builds its context, calls one action, prints its view with `this.log`, and returns the value
 * that `--json` prints. Results go to standard output, progress and errors to standard error; under `--json`
 * standard output holds exactly one JSON document (of what runs on and tells, one a line), with `"version": 1`, whether it went well or not. The exit
 * status comes from the table in base/errors.ts. Nothing exits before the output has left the process.
 */
import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { ERROR_CODES, EXIT, StreamctlError, type StreamctlErrorOptions } from '../base/errors.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { DEFAULT_SPEC, loadChosenCluster } from './context.ts';
import { watchInterrupts } from './interrupt.ts';
import { wantsColour, writeWhole } from './output.ts';
import { wordFailure } from './parse-failure.ts';
import { formatErrorJson, formatErrorText } from './render-error.ts';

export { Args, Flags };

export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = {
    spec: Flags.string({
      summary: `Spec file that describes the cluster. [default: ./${DEFAULT_SPEC}]`,
      helpValue: 'FILE',
      helpGroup: 'GLOBAL',
    }),
    cluster: Flags.string({
      summary: 'Name of a cluster that runs on this machine, instead of a spec.',
      helpValue: 'NAME',
      helpGroup: 'GLOBAL',
    }),
  };

  /** Aborts at the first SIGINT or SIGTERM; pass it to everything that takes long. */
  protected readonly abort = new AbortController();
  /** Exit status when a signal ended the command although it returned well; `top` says 0. */
  protected interruptedStatus: number = EXIT.interrupted;
  /** Exit status of a wrong command line. */
  protected usageStatus: number = EXIT.usage;
  /** How long tidying up may take after a signal before the command is left behind, milliseconds. */
  protected interruptGraceMs: number | undefined = undefined;
  /** Under `--json` it prints many documents, a line each, and its result is the last of them. */
  protected readonly jsonLines: boolean = false;
  #exitStatus: number = EXIT.ok;

  protected get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Whether standard output may carry colour. */
  protected get colour(): boolean {
    return wantsColour(process.stdout);
  }

  /** Makes the command end with this status although it returns a result (e.g. `status` of an unhealthy cluster). */
  protected exitWith(status: number): void {
    this.#exitStatus = status;
  }

  /** Says what is happening, on standard error; nothing under `--json`. */
  protected progress(line: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${line}\n`);
  }

  /** Loads the cluster that `--cluster` or `--spec` means. Throws NOT_RUNNING, NOT_FOUND, SPEC_INVALID. */
  protected async loadCluster(): Promise<ClusterView> {
    return await loadChosenCluster(await this.clusterChoice());
  }

  /** The two global flags as given. */
  protected async clusterChoice(): Promise<{ spec: string | undefined; cluster: string | undefined }> {
    const { flags } = await this.parse(this.ctor);
    const { spec, cluster } = flags as { spec?: string; cluster?: string };
    return { spec, cluster };
  }

  /** Runs the command and returns its exit status; throws nothing. Replaces oclif's own way, with its traps. */
  async execute(): Promise<number> {
    const interrupts = watchInterrupts(this.abort, () => this.interruptGraceMs);
    try {
      const result = (await interrupts.race(this.run())) as object | null | undefined;
      if (this.jsonEnabled()) {
        await writeWhole(process.stdout, formatJson({ version: 1, ...result }, this.jsonLines));
      }
      await writeWhole(process.stdout, '');
      return this.signal.aborted ? this.interruptedStatus : this.#exitStatus;
    } catch (error) {
      return await this.#fail(error);
    } finally {
      interrupts.close();
    }
  }

  async #fail(error: unknown): Promise<number> {
    const failure = this.signal.aborted
      ? new StreamctlError(
          'INTERRUPTED',
          `streamctl ${this.#words} was interrupted`,
          aboutInterruption(error),
        )
      : wordFailure(
          error,
          this.#words,
          Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags, json: null }),
        );
    await reportFailure(failure, this.jsonEnabled(), this.jsonLines);
    return failure.code === 'USAGE' ? this.usageStatus : ERROR_CODES[failure.code].exit;
  }

  get #words(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }
}

/** What goes on without the command, when the work that was interrupted said so. */
function aboutInterruption(error: unknown): StreamctlErrorOptions {
  if (!(error instanceof StreamctlError) || error.code !== 'INTERRUPTED') return { cause: error };
  const { hint, details } = error;
  return { ...(hint === undefined ? {} : { hint }), details, cause: error };
}

/** Prints a failure the one way, on the stream that its reader watches. */
export async function reportFailure(failure: StreamctlError, json: boolean, oneLine = false): Promise<void> {
  if (json) {
    await writeWhole(process.stdout, formatJson(formatErrorJson(failure), oneLine));
    return;
  }
  await writeWhole(process.stderr, formatErrorText(failure, wantsColour(process.stderr)));
  if (failure.code === 'BUG' || process.env.STREAMCTL_DEBUG) {
    const cause = failure.cause instanceof Error ? failure.cause : failure;
    await writeWhole(process.stderr, `\n${cause.stack ?? cause.message}\n`);
  }
}

function formatJson(value: unknown, oneLine: boolean): string {
  return `${JSON.stringify(value, null, oneLine ? 0 : 2)}\n`;
}
