/** Who holds the lock of a cluster, as lines. Pure. */
import type { LockHolder } from '../../provision/lock.ts';
import { wordLease } from '../../provision/operation/cluster-lock.ts';
import type { LockState } from '../lock-action.ts';
import { plainText } from './fit-text.ts';

/** Formats the state of both locks at a time, Unix milliseconds. */
export function formatLock(state: LockState, nowMs: number): string[] {
  const { cluster, held, here, lease, store } = state;
  const rows: [string, string][] = [];
  if (here !== null) rows.push(['here', `${wordHere(here)} · for ${formatAge(nowMs - here.sinceMs)}`]);
  if (lease !== null) {
    rows.push(['store', `${wordLease(lease)} · for ${formatAge(nowMs - lease.sinceMs)}`]);
    rows.push([
      'alive',
      `${formatAge(nowMs - lease.beatMs)} ago; free by itself in ${formatAge(lease.expiresInMs)}`,
    ]);
    if (lease.ci?.url) rows.push(['CI run', lease.ci.url]);
  }
  const head = held
    ? `cluster ${cluster} is being changed`
    : `${wordNobody(store)} is changing cluster ${cluster}`;
  return [`  ${head}`, ...rows.map(formatRow), ...formatAway(store)];
}

/** Who has no lock, as far as can be seen. */
export function wordNobody(store: LockState['store']): string {
  return store === 'away' ? 'nobody on this machine' : 'nobody';
}

/** What is not known, as lines; none when the store answers. */
export function formatAway(store: LockState['store']): string[] {
  if (store === 'answers') return [];
  return [formatRow(['store', 'does not answer: commands of other machines are not known'])];
}

function formatRow([label, text]: readonly [string, string]): string {
  return `    ${label.padEnd(7)}  ${plainText(text)}`;
}

function wordHere({ command, pid, user }: LockHolder): string {
  return `${command}, pid ${pid}, user ${user}`;
}

/** `4 s`, `3 min`, `2 h`. */
function formatAge(ms: number): string {
  const sec = Math.max(0, Math.round(ms / 1000));
  if (sec < 120) return `${sec} s`;
  return sec < 7200 ? `${Math.round(sec / 60)} min` : `${Math.round(sec / 3600)} h`;
}
