/** Formats a number and its noun: `1 node`, `2 nodes`, `48,120 viewers`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`;
}
