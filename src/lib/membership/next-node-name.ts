/** A free name in the manner of these: `us-4` after `us-1` and `us-3`, `box-2` after `box`. Pure. */
export function nextNodeName(names: readonly string[]): string {
  const parts = names.map((name) => /^(.*?)(\d*)$/.exec(name)!);
  const highest = Math.max(...parts.map(([, , digits]) => Number(digits)));
  const [, stem] = parts.find(([, , digits]) => Number(digits) === highest)!;
  return highest === 0 ? `${stem}-2` : `${stem}${highest + 1}`;
}
