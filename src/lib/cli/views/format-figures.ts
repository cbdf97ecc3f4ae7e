/** Figures as people read them: each with its unit, a dash for what is not known. Pure. */

const NOT_KNOWN = '–';

/** `0.8 s`. */
export function formatSec(sec: number | null): string {
  return sec === null ? NOT_KNOWN : `${sec.toFixed(1)} s`;
}

/** `48,120`; a dash for none of something that may well be none. */
export function formatWhole(count: number | null): string {
  return count === null ? NOT_KNOWN : Math.round(count).toLocaleString('en-US');
}

/** `2,528 kbps`. */
export function formatKbps(kbps: number | null): string {
  return kbps === null ? NOT_KNOWN : `${formatWhole(kbps)} kbps`;
}

/** `30 fps`, `29.97 fps`. */
export function formatFps(rate: number | null): string {
  return rate === null ? NOT_KNOWN : `${Number(rate.toFixed(2))} fps`;
}

/** `23 %` of a share between 0 and 1 (or above). */
export function formatShare(share: number | null): string {
  return share === null ? NOT_KNOWN : `${Math.round(share * 100)} %`;
}

/** `14:02:10` of this machine's time zone. */
export function formatTime(unixMs: number): string {
  const time = new Date(unixMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** `12 s`, `3 min`, `2 h`, `5 d`: how long ago, in the largest unit that is not zero. */
export function formatAge(ageMs: number): string {
  const sec = Math.max(0, Math.floor(ageMs / 1000));
  if (sec < 60) return `${sec} s`;
  if (sec < 3600) return `${Math.floor(sec / 60)} min`;
  return sec < 86_400 ? `${Math.floor(sec / 3600)} h` : `${Math.floor(sec / 86_400)} d`;
}
