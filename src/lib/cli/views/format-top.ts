/** `streamctl top`: the status cut to a screen of any size, sorted and scrolled. Pure. */
import type { ClusterStatus } from '../../health/cluster-status.ts';
import { cutText, padText, textWidth } from './fit-text.ts';
import { formatTime } from './format-figures.ts';
import { formatStatus } from './format-status.ts';
import type { Paint } from './paint.ts';
import { type SortKey, sortStatus } from './sort-status.ts';

export interface TopState {
  readonly sort: SortKey;
  /** Lines scrolled down; more than there are is the end. */
  readonly scroll: number;
  readonly help: boolean;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const HELP = [
  '',
  '  q, Ctrl-C      quit',
  '  s              sort by the next of: spec, name, viewers, behind live, load',
  '  ↑ ↓, j k       scroll a line',
  '  PgUp PgDn      scroll a page',
  '  Home, End      first line, last line',
  '  ?              this help, and back',
  '',
  '  health says whether something serves; load says how busy it is.',
  '  behind live is from the clock to the newest media at an origin; players hold',
  '  back about three parts more.',
];

/** Formats exactly `rows` lines: heading, body, and a line of keys. */
export function formatTop(
  status: ClusterStatus,
  state: TopState,
  screen: ScreenSize & { readonly nowMs: number; readonly paint: Paint },
): string[] {
  const { columns, rows, paint } = screen;
  const [heading = '', ...rest] = formatStatus(sortStatus(status, state.sort), columns, paint);
  const room = Math.max(0, rows - 2);
  const all = state.help ? HELP.map((line) => cutText(line, columns)) : rest;
  const first = Math.min(state.scroll, scrollEnd(all.length, room));
  const body = all.slice(first, first + room);
  const blank: string[] = Array.from({ length: room - body.length }, () => '');
  const below = all.length - first - body.length;
  const keys = `  q quit   s sort: ${state.sort}   ↑↓ scroll${below > 0 ? ` (${below} more)` : ''}   ? help`;
  const footer = formatFooter(keys, `${formatTime(screen.nowMs)}  `, columns);
  return [heading, ...body, ...blank, paint.quiet(footer)].slice(0, rows);
}

/** Keys to the left and, if there is room, the time to the right. */
function formatFooter(keys: string, clock: string, columns: number): string {
  const room = columns - textWidth(clock) - 2;
  return textWidth(keys) > room ? cutText(keys, columns) : `${padText(keys, room)}  ${clock}`;
}

/** How far down a body of so many lines can be scrolled in so much room. */
export function scrollEnd(lines: number, room: number): number {
  return Math.max(0, lines - room);
}

/** How many lines there are to scroll through. */
export function bodyLength(status: ClusterStatus, columns: number, paint: Paint): number {
  return formatStatus(status, columns, paint).length - 1;
}
