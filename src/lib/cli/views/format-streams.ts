/** Streams and keys as text. Pure. */
import type { ListedStream } from '../../streams/list-streams.ts';
import type { IssuedKey } from '../../streams/streams.ts';
import type { Place } from '../places.ts';
import { formatTable } from './format-table.ts';

const WIDTH = 100;

/** Formats a key just made: what an encoder's form asks for, in its words. */
export function formatIssuedKey(what: string, issued: IssuedKey, places: readonly Place[]): string[] {
  const servers = places.map(({ url, region }) => `  server     ${url}   (${region})`);
  return [
    `  ✔ ${what} stream ${issued.name}`,
    ...servers,
    `  key        ${issued.key}   (id ${issued.keyId}; shown once)`,
  ];
}

/** Formats the list: a line a stream. */
export function formatStreams(streams: readonly ListedStream[], nowMs: number): string[] {
  if (streams.length === 0) return ['  no streams yet; add one with: streamctl stream add NAME'];
  const titles = ['stream', 'published', 'key ids'];
  const rows = streams.map(({ name, session, keys }) => {
    const forSec = session === null ? 0 : Math.max(0, Math.round((nowMs - session.sessionId) / 1000));
    const published = session === null ? '–' : `for ${formatAge(forSec)} on ${session.node}`;
    const ids = keys.filter(({ kind }) => kind === 'user').map(({ keyId }) => keyId);
    return [name, published, ids.join(' ') || 'none'].map((text) => ({ text }));
  });
  const table = { columns: titles.map((title) => ({ title })), rows };
  return formatTable(table, WIDTH).map((line) => `  ${line}`);
}

function formatAge(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
