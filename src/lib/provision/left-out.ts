/**
 * Nodes that a command leaves as they are (`--without`), because their machines are away: all others are brought to the spec,
 * and the next command without the flag does what is left. It has to be asked for: a machine that is cut off for a moment, or
 * a host that is mistyped, would else leave a cluster half changed and nobody aware of it. Pure.
 */
import { StreamctlError, toStreamctlError } from '../base/errors.ts';
import type { Spec } from '../spec/resolve-spec.ts';
import { storeNodes } from '../store/store-site.ts';
import type { UpContext } from './context.ts';

/** What `--without` names: nodes of the spec that are left as they are, and machines of former nodes that are given up. */
export interface LeftOut {
  readonly without: readonly string[];
  readonly forgotten: readonly string[];
}

/**
 * Sorts what is left out. Throws USAGE for what cannot be: nodes of this machine, all nodes, or one that neither the spec nor the
 * list of former nodes has.
 */
export function sortLeftOut(
  spec: Pick<Spec, 'nodes' | 'ssh'>,
  given: readonly string[],
  former: readonly string[],
): LeftOut {
  const names = new Set(given);
  const forgotten = former.filter((name) => names.has(name));
  const without = [...names].filter((name) => !forgotten.includes(name));
  checkWithout(spec, without);
  return { without, forgotten };
}

function checkWithout(spec: Pick<Spec, 'nodes' | 'ssh'>, without: readonly string[]): void {
  if (without.length === 0) return;
  if (spec.ssh === null) {
    throw new StreamctlError(
      'USAGE',
      '--without is for clusters on machines: these nodes are all on this one',
      {
        hint: 'Leave --without out.',
      },
    );
  }
  const names = spec.nodes.map(({ name }) => name);
  const unknown = without.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new StreamctlError('USAGE', `--without ${unknown}: the spec has no such node`, {
      hint: `It has ${names.join(', ')}.`,
    });
  }
  if (names.every((name) => without.includes(name))) {
    throw new StreamctlError('USAGE', '--without leaves no node', { hint: 'Name the dead ones alone.' });
  }
}

/** The nodes that are worked on. */
export function withoutLeftOut<T extends { readonly name: string }>(
  nodes: readonly T[],
  { without }: Pick<UpContext, 'without'>,
): readonly T[] {
  return nodes.filter(({ name }) => !without.includes(name));
}

/** Whether the store may be away because nodes of it are left out: then streams and ring have to wait. */
export function mayLackStore({ spec, without }: Pick<UpContext, 'spec' | 'without'>): boolean {
  return storeNodes(spec.nodes).some(({ name }) => without.includes(name));
}

/** Adds to the failure to reach machines how to change the others meanwhile, or what has to be done first. */
export function adviseAbsent(
  error: unknown,
  { without, needsAll }: Pick<UpContext, 'without' | 'needsAll'>,
): StreamctlError {
  const failure = toStreamctlError(error);
  const outcomes = (failure.details as { nodes?: readonly Outcome[] } | undefined)?.nodes ?? [];
  const away = outcomes.filter(({ code }) => code === 'UNREACHABLE').map(({ node }) => node);
  const others = outcomes.filter(({ done }) => !done).length - away.length;
  if (away.length === 0 || others > 0 || away.length === outcomes.length) return failure;
  const [names, they, them] =
    away.length === 1 ? [away[0]!, 'it is', 'it'] : [away.join(', '), 'they are', 'them'];
  const advice =
    needsAll === true
      ? `This takes every machine: bring ${names} back, or take ${them} out of the spec and run streamctl up.`
      : `To change the others now, add --without ${[...without, ...away].join(',')}: the same command without it goes on when ${they} back.`;
  return new StreamctlError(failure.code, failure.message, {
    hint: failure.hint === undefined ? advice : `${failure.hint} ${advice}`,
    details: failure.details,
    cause: failure,
  });
}

interface Outcome {
  readonly node: string;
  readonly done: boolean;
  readonly code: string | null;
}
