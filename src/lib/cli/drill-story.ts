/** Tells a drill while it runs: a line an event, and at a terminal a last line that says what is going on. */
import type { DrillEvent } from '../drill/journal.ts';
import { wantsColour } from './output.ts';
import { formatDrillEvent } from './views/format-drill.ts';
import { COLOURED, PLAIN } from './views/paint.ts';

const WHATS: Partial<Record<DrillEvent['kind'], string>> = {
  steady: 'arming the undo',
  armed: 'about to break it',
  fault: 'looking for a proof that it bit',
  bit: 'measuring',
  stopped: 'healing',
  healed: 'waiting for the steady state',
  recovered: 'letting players catch up',
};

export class DrillStory {
  readonly #terminal: NodeJS.WriteStream;
  readonly #silent: boolean;
  #faultMs: number | null = null;
  #what = 'waiting for the steady state';
  #sinceMs = Date.now();
  #timer: NodeJS.Timeout | null = null;
  #run: number | null = null;

  constructor(terminal: NodeJS.WriteStream, silent: boolean) {
    this.#terminal = terminal;
    this.#silent = silent;
    if (!silent && wantsColour(terminal)) this.#timer = setInterval(() => this.#draw(), 1000);
  }

  /** Tells an event; `run` counts the runs of a series, of which the first line says so. */
  tell(event: DrillEvent, run: number | null): void {
    if (this.#silent || event.kind === 'verdict') return;
    const paint = wantsColour(this.#terminal) ? COLOURED : PLAIN;
    if (event.kind === 'steady' && run !== null && run !== this.#run) {
      this.#run = run;
      this.#faultMs = null;
      this.#write(`\n  ${paint.strong(`run ${run}`)}`);
    }
    if (this.#faultMs === null && (event.kind === 'fault' || event.kind === 'viewers')) {
      this.#faultMs = event.atMs;
      this.#write('');
    }
    this.#write(formatDrillEvent(event, this.#faultMs, paint));
    this.#what = WHATS[event.kind] ?? this.#what;
    this.#sinceMs = Date.now();
  }

  /** No more is drawn. */
  end(): void {
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#terminal.write('\r\x1b[K');
  }

  #write(line: string): void {
    this.#terminal.write(`${this.#timer === null ? '' : '\r\x1b[K'}${line}\n`);
  }

  #draw(): void {
    const nowMs = Date.now();
    const at = this.#faultMs === null ? '' : `${((nowMs - this.#faultMs) / 1000).toFixed(0)} s  `;
    const waited = Math.round((nowMs - this.#sinceMs) / 1000);
    this.#terminal.write(`\r\x1b[K  ${at.padStart(10)}${this.#what} … ${waited} s`);
  }
}
