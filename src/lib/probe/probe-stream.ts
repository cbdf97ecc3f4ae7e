/**
 * The probe: watches a live LL-HLS URL for some seconds, as a careful client, and judges what it saw by RFC 8216bis
 * and Apple's authoring rules. It is not a player (see lib/viewer) and changes nothing.
 *
 * What was seen (`Observation`) is kept apart from the judging (`rules/`), which is pure.
 */
import { applyRule, type ProbeCheck } from './apply-rule.ts';
import type { Observation } from './observation.ts';
import { observeStream } from './observe-stream.ts';
import { MEDIA_RULES } from './rules/media-rules.ts';
import { PLAYLIST_RULES } from './rules/playlist-rules.ts';
import { RELOAD_RULES } from './rules/reload-rules.ts';
import { STREAM_RULES } from './rules/stream-rules.ts';

export interface ProbeOptions {
  /** Seconds of watching; 1 and up. */
  readonly durationSec: number;
  readonly signal?: AbortSignal;
}

export interface ProbeResult {
  readonly url: string;
  /** Every check holds. */
  readonly ok: boolean;
  readonly checks: readonly ProbeCheck[];
}

/** Probes the multivariant playlist at `url`. Throws NOT_RUNNING, NOT_FOUND, UNHEALTHY or NONCONFORMANT when there is nothing to judge. */
export async function probeStream(url: string, options: ProbeOptions): Promise<ProbeResult> {
  const checks = judgeObservation(await observeStream(url, options));
  return { url, ok: checks.every(({ ok }) => ok), checks };
}

/** Judges an observation by every rule. Pure. */
export function judgeObservation(observation: Observation): ProbeCheck[] {
  const renditions = observation.renditions.map((value) => ({ of: value.uri, value }));
  return [
    ...STREAM_RULES.map((rule) => applyRule(rule, [{ of: 'stream', value: observation }])),
    ...[...PLAYLIST_RULES, ...RELOAD_RULES, ...MEDIA_RULES].map((rule) => applyRule(rule, renditions)),
  ];
}
