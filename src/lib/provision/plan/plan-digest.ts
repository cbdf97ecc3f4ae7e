/**
 * What a plan stands for, as a short text that CI can hand from one job to the next. Pure.
 *
 * It has four parts of ten hex digits: the spec with what it includes, the program, facts of the world, and the changes
 * that follow from the three. So whoever has two digests can say what moved between them, without either plan.
 */
import { createHash } from 'node:crypto';
import type { Change } from '../changes.ts';

/** What a plan was made of. */
export interface PlanContent {
  /** Digest of the spec. */
  readonly spec: string;
  /** Digest of the program. */
  readonly program: string;
  readonly facts: PlanFacts;
  /** In any order: nodes are looked at side by side. */
  readonly changes: readonly Change[];
}

/** What was found, beside what the changes say already; null for what there is none of, or what does not answer. */
export interface PlanFacts {
  /** What the last `up` applied, by the record of the cluster. */
  readonly applied: { readonly spec: string; readonly program: string } | null;
  /** Epoch of the ring. */
  readonly ringEpoch: number | null;
}

const PARTS = ['spec', 'program', 'facts', 'changes'] as const;
export type PlanPart = (typeof PARTS)[number];

const DIGITS = 10;
const FORM = new RegExp(`^[0-9a-f]{${DIGITS}}(-[0-9a-f]{${DIGITS}}){${PARTS.length - 1}}$`);

/** Returns the digest of a plan: the same for the same plan on any machine. */
export function digestPlan(content: PlanContent): string {
  const { spec, program, facts, changes } = content;
  const lines = changes.map(({ node, text }) => `${node ?? ''}\0${text}`).sort();
  const applied = facts.applied === null ? null : [facts.applied.spec, facts.applied.program];
  return [spec, program, [applied, facts.ringEpoch], lines].map(shorten).join('-');
}

/** Whether a text has the form of a digest. */
export function isPlanDigest(text: string): boolean {
  return FORM.test(text);
}

/** Which parts of two digests differ. */
export function findMoved(expected: string, found: string): PlanPart[] {
  const [before, after] = [expected.split('-'), found.split('-')];
  return PARTS.filter((_, at) => before[at] !== after[at]);
}

function shorten(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, DIGITS);
}
