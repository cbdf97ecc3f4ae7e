/** The verdict on one rule. */
export interface ProbeCheck {
  readonly name: string;
  readonly ok: boolean;
  /** Section of RFC 8216bis, or of Apple's authoring specification. */
  readonly section: string;
  /** The first violation, or what was seen. */
  readonly detail: string;
}

/** What a rule looks for: its violations in words (none when it holds), and what to say when it holds. */
export interface Finding {
  readonly violations: readonly string[];
  readonly seen: string;
}

/** One rule of the standard over what was observed. */
export interface Rule<T> {
  readonly name: string;
  readonly section: string;
  find(observed: T): Finding;
}

/** Applies a rule to one observation, or to several that it must hold for each. */
export function applyRule<T>(
  rule: Rule<T>,
  observed: readonly { readonly of: string; readonly value: T }[],
): ProbeCheck {
  const findings = observed.map(({ of, value }) => ({ of, ...rule.find(value) }));
  const faults = findings.flatMap(({ of, violations }) => violations.map((text) => `${of}: ${text}`));
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return {
    name: rule.name,
    section: rule.section,
    ok: faults.length === 0,
    detail: faults.length > 0 ? `${faults[0]}${more}` : (findings[0]?.seen ?? 'nothing to judge'),
  };
}
