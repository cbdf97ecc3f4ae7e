/** What an operator wants of the ring, as the commands, `ring plan` and the history word it. Pure. */
import { StreamctlError } from '../../base/errors.ts';
import { findNearest } from '../../base/nearest.ts';
import type { NodeEntry } from '../../spec/edit/edit-spec.ts';

export type RingIntent =
  | { readonly kind: 'add-node'; readonly node: NodeEntry }
  | {
      readonly kind: 'remove-node';
      readonly name: string;
      readonly keepNode: boolean;
      readonly force: boolean;
    }
  | { readonly kind: 'set-weight'; readonly name: string; readonly weight: number }
  | { readonly kind: 'drain' | 'undrain'; readonly name: string }
  | { readonly kind: 'pin'; readonly stream: string; readonly name: string }
  | { readonly kind: 'unpin'; readonly stream: string; readonly name: string | undefined }
  | { readonly kind: 'rebalance'; readonly max: number }
  | { readonly kind: 'undo'; readonly epoch: number | undefined };

/** In words of the command: `set-weight us-2 3`. */
export function wordIntent(intent: RingIntent): string {
  if (intent.kind === 'add-node') {
    const { name, region, weight } = intent.node;
    return `add-node ${name} --region ${region}${weight === null ? '' : ` --weight ${weight}`}`;
  }
  if (intent.kind === 'remove-node') {
    return `remove-node ${intent.name}${intent.keepNode ? ' --keep-node' : ''}${intent.force ? ' --force' : ''}`;
  }
  if (intent.kind === 'set-weight') return `set-weight ${intent.name} ${intent.weight}`;
  if (intent.kind === 'pin') return `pin ${intent.stream} ${intent.name}`;
  if (intent.kind === 'unpin')
    return `unpin ${intent.stream}${intent.name === undefined ? '' : ` ${intent.name}`}`;
  if (intent.kind === 'rebalance') return `rebalance --max ${intent.max}`;
  if (intent.kind === 'undo') return intent.epoch === undefined ? 'undo' : `undo ${intent.epoch}`;
  return `${intent.kind} ${intent.name}`;
}

/** Flags that say more of an intent; each is read by those that know it. */
export interface IntentFlags {
  readonly region?: string | undefined;
  readonly weight?: number | undefined;
  readonly host?: string | undefined;
  readonly address?: string | undefined;
  readonly roles?: string | undefined;
  readonly capacity?: string | undefined;
  readonly max?: number | undefined;
  readonly 'keep-node'?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** As the spec has it. */
const NODE_NAME = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
const ROLES = ['store', 'ingest', 'origin', 'edge'] as const;

/** How many words stand behind each, and what they are. */
const WORDS: Readonly<Record<string, readonly [least: number, most: number, words: string]>> = {
  'add-node': [1, 1, 'NAME --region REGION'],
  'remove-node': [1, 1, 'NAME'],
  'set-weight': [2, 2, 'NODE WEIGHT'],
  drain: [1, 1, 'NODE'],
  undrain: [1, 1, 'NODE'],
  pin: [2, 2, 'STREAM NODE'],
  unpin: [1, 2, 'STREAM [NODE]'],
  rebalance: [0, 0, '[--max NUMBER]'],
  undo: [0, 1, '[EPOCH]'],
};

/** Parses `drain us-1` with its flags. Throws USAGE. */
export function parseIntent(words: readonly string[], flags: IntentFlags): RingIntent {
  const [kind = '', first = '', second = ''] = words;
  const [least, most, form] = WORDS[kind] ?? [0, -1, ''];
  if (words.length - 1 < least || words.length - 1 > most) {
    const nearest = findNearest(kind, Object.keys(WORDS));
    const known =
      nearest === null ? `Changes are ${Object.keys(WORDS).join(', ')}.` : `Did you mean ${nearest}?`;
    throw new StreamctlError('USAGE', `plan "${words.join(' ')}": no such change`, {
      hint: most < 0 ? known : `Write it as: ${kind} ${form}`,
    });
  }
  switch (kind) {
    case 'add-node':
      return { kind, node: parseNode(first, flags) };
    case 'remove-node':
      return { kind, name: first, keepNode: flags['keep-node'] === true, force: flags.force === true };
    case 'set-weight':
      return { kind, name: first, weight: parseWeight(second) };
    case 'drain':
    case 'undrain':
      return { kind, name: first };
    case 'pin':
      return { kind, stream: first, name: second };
    case 'unpin':
      return { kind, stream: first, name: words[2] };
    case 'rebalance':
      return { kind, max: flags.max ?? DEFAULT_MAX_MOVES };
    default:
      return { kind: 'undo', epoch: words[1] === undefined ? undefined : parseEpoch(first) };
  }
}

/** Moves of one rebalance: a few at a time, so that a mistake stays small. */
export const DEFAULT_MAX_MOVES = 10;

/** Parses a node to be added from its flags. Throws USAGE. */
export function parseNode(name: string, flags: IntentFlags): NodeEntry {
  if (flags.region === undefined) {
    throw new StreamctlError('USAGE', `add node ${name}: in which region?`, {
      hint: 'Say it with --region.',
    });
  }
  if (!NODE_NAME.test(name)) {
    throw new StreamctlError('USAGE', `"${name}" is no name for a node`, {
      hint: 'Use 1 to 32 of a-z, 0-9 and -; begin with a letter, and end with a number if you like.',
    });
  }
  const roles = (flags.roles ?? 'origin')
    .split(',')
    .map((role) => ROLES.find((known) => known === role.trim()));
  if (roles.includes(undefined) || !roles.includes('origin') || roles.includes('store')) {
    throw new StreamctlError('USAGE', `add node ${name}: --roles ${flags.roles ?? ''} is not possible`, {
      hint: 'Give origin, alone or with ingest and edge, separated by commas.',
    });
  }
  return {
    name,
    region: flags.region,
    roles: roles.filter((role) => role !== undefined),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    address: flags.address ?? null,
    weight: flags.weight ?? null,
    capacity: flags.capacity === undefined ? null : parseCapacity(flags.capacity),
  };
}

function parseCapacity(word: string): number {
  if (/^\d{1,6}(\.\d{1,3})?$/.test(word) && Number(word) > 0) return Number(word);
  throw new StreamctlError('USAGE', `--capacity ${word} is no positive number`, {
    hint: 'Count encodes of 720p at 30 frames a second: 8, or 2.5.',
  });
}

/** Parses a weight. Throws USAGE; its bounds are the ring's to judge. */
export function parseWeight(word: string): number {
  if (/^\d{1,4}$/.test(word)) return Number(word);
  throw new StreamctlError('USAGE', `weight ${word} is no whole number from 1 to 100`, {
    hint: 'To empty a node, drain it: streamctl ring drain NODE',
  });
}

/** Parses an epoch. Throws USAGE. */
export function parseEpoch(word: string): number {
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word);
  throw new StreamctlError('USAGE', `epoch ${word} is no whole number from 1`, {
    hint: 'See the epochs with streamctl ring history.',
  });
}
