/** Colour for states, and for nothing else; every coloured word says the state too. */

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

/** Select Graphic Rendition (ECMA-48 section 8.3.117). Loading node:util for it would make fast commands slower. */
function style(begin: number, end: number): (text: string) => string {
  return (text) => `\u001b[${begin}m${text}\u001b[${end}m`;
}

/** For terminals. */
export const COLOURED: Paint = {
  good: style(32, 39),
  warn: style(33, 39),
  bad: style(31, 39),
  quiet: style(2, 22),
  strong: style(1, 22),
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
