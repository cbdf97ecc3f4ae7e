/** Streams and keys as text. Pure. */
import { stripControls } from '../../base/strip-controls.ts';
import type { MadeStream } from '../../provision/context.ts';
import type { ListedStream } from '../../streams/list-streams.ts';
import type { IssuedKey } from '../../streams/streams.ts';
import type { Place } from '../places.ts';

/** Formats a key just made: what an encoder's form asks for, in its words. */
export function formatIssuedKey(what: string, issued: IssuedKey, places: readonly Place[]): string[] {
  const servers = places.map(({ url, region }) => `  server     ${url}   (${region})`);
  return [
    `  ✔ ${what} stream ${issued.name}`,
    ...servers,
    `  key        ${issued.key}   (id ${issued.keyId}; shown once)`,
  ];
}

/** Formats the key of a stream that `up` made. */
export function formatMadeKey({ name, key }: MadeStream): string {
  return `  Key        ${key}   (stream ${name}, shown once)`;
}

/** Formats the list: a line a stream. */
export function formatStreams(streams: readonly ListedStream[], nowMs: number): string[] {
  if (streams.length === 0) return ['  no streams yet; add one with: streamctl stream add NAME'];
  const titles = ['stream', 'published', 'key ids'];
  const rows = streams.map(({ name, session, keys }) => {
    const forSec = session === null ? 0 : Math.max(0, Math.round((nowMs - session.sessionId) / 1000));
    const published = session === null ? '–' : `for ${formatAge(forSec)} on ${session.node}`;
    const ids = keys.filter(({ kind }) => kind === 'user').map(({ keyId }) => keyId);
    return [name, published, ids.join(' ') || 'none'].map(stripControls);
  });
  return alignColumns([titles, ...rows]);
}

/** Every text here is ASCII but for one dash, so no table that measures text has to be loaded. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((text, column) => text.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  );
}

function formatAge(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
