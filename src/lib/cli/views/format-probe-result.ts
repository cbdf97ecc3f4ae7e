import type { ProbeResult } from '../../probe/probe-stream.ts';

/** Formats a probe: what is broken first, each rule with its section. */
export function formatProbeResult({ url, ok, checks }: ProbeResult): string {
  const broken = checks.filter((check) => !check.ok);
  const held = checks.filter((check) => check.ok);
  const lines = broken.flatMap(({ name, section, detail }) => [
    `  ✖ ${name} (${section})`,
    `      ${detail}`,
  ]);
  if (broken.length > 0) lines.push('');
  for (const { name, section, detail } of held) lines.push(`  ✔ ${name} (${section}): ${detail}`);
  const verdict = ok
    ? `all ${checks.length} checks hold`
    : `${broken.length} of ${checks.length} checks are broken`;
  return [...lines, '', `  ${url}: ${verdict}`].join('\n');
}
