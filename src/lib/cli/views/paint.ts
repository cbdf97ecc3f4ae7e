/** Colour for states, and for nothing else; every coloured word says the state too. */
import { styleText } from 'node:util';

export interface Paint {
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
  /** Whether symbols may be used. */
  readonly symbols: boolean;
}

const same = (text: string) => text;

/** For pipes, files and terminals that want no colour. */
export const PLAIN: Paint = { good: same, warn: same, bad: same, quiet: same, strong: same, symbols: false };

/** For terminals. */
export const COLOURED: Paint = {
  good: (text) => styleText('green', text, { validateStream: false }),
  warn: (text) => styleText('yellow', text, { validateStream: false }),
  bad: (text) => styleText('red', text, { validateStream: false }),
  quiet: (text) => styleText('dim', text, { validateStream: false }),
  strong: (text) => styleText('bold', text, { validateStream: false }),
  symbols: true,
};

const STATES: Readonly<Record<string, 'good' | 'warn' | 'bad' | 'quiet'>> = {
  up: 'good',
  live: 'good',
  healthy: 'good',
  moving: 'good',
  degraded: 'warn',
  waiting: 'warn',
  retrying: 'warn',
  queued: 'quiet',
  slate: 'warn',
  starting: 'warn',
  unknown: 'warn',
  down: 'bad',
  offline: 'quiet',
  ended: 'quiet',
};

/** Gives the paint for a word of health or state. */
export function paintState(word: string, paint: Paint): (text: string) => string {
  const style = STATES[word];
  return style === undefined ? same : paint[style];
}
