/** `2026-11-22 14:02:10` of this machine's time zone. */
export function formatDay(unixMs: number): string {
  const at = new Date(unixMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}
