/** What every command that changes the ring shares: flags, and how it says what it does. */
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { BaseCommand, Flags } from '../base-command.ts';
import { outputColumns } from '../terminal-size.ts';
import type { Paint } from '../views/paint.ts';
import { COLOURED, PLAIN } from '../views/paint.ts';
import { withoutFlag } from '../without-flag.ts';

/** Flags of every change. */
export const CHANGE_FLAGS = {
  'dry-run': Flags.boolean({ summary: 'Say what would move, and change nothing.' }),
  reason: Flags.string({ summary: 'Why, for the history.', helpValue: 'TEXT', default: '' }),
  wait: Flags.boolean({
    summary: 'Wait until the streams have moved; without it the controller moves them by itself.',
    default: true,
    allowNo: true,
  }),
};

/** Flags of a change that writes what nodes know. */
export const MACHINE_FLAGS = { without: withoutFlag() };

/** A command line and its surroundings, as the actions of this folder take them. */
export interface RingCall {
  /** `ring add-node`. */
  readonly command: string;
  readonly root: string;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Under --json: nothing is said but the result. */
  readonly silent: boolean;
  readonly columns: number;
  readonly paint: Paint;
  readonly dryRun: boolean;
  readonly reason: string;
  readonly wait: boolean;
  /** `--yes`. */
  readonly yes: boolean;
  /** `--without`: nodes whose machines are away. */
  readonly without: readonly string[];
  /** Says something on the way, on standard error. */
  readonly say: (line: string) => void;
  /** Prints a line of the result, on standard output. */
  readonly print: (line: string) => void;
}

/** A command line on a cluster. */
export interface ClusterCall {
  readonly view: ClusterView;
  readonly call: RingCall;
}

export interface ChangeFlags {
  readonly 'dry-run'?: boolean;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly yes?: boolean;
  readonly without?: readonly string[] | undefined;
}

/** What was written is taken back on every machine. */
const GRACE_MS = 30_000;

export abstract class RingChangeCommand extends BaseCommand {
  protected override interruptGraceMs: number | undefined = GRACE_MS;

  /** Gathers what the action needs to know of this command line. */
  protected ringCall(flags: ChangeFlags): RingCall {
    return {
      command: (this.id ?? '').replaceAll(':', ' '),
      root: this.config.root,
      version: this.config.version,
      signal: this.signal,
      silent: this.jsonEnabled(),
      columns: outputColumns(process.stdout),
      paint: this.colour ? COLOURED : PLAIN,
      dryRun: flags['dry-run'] === true,
      reason: flags.reason ?? '',
      wait: flags.wait !== false,
      yes: flags.yes === true,
      without: flags.without ?? [],
      say: (line) => this.progress(line),
      print: (line) => this.log(line),
    };
  }
}
