import { StreamctlError } from '../base/errors.ts';
import type { MultivariantPlaylist, Variant } from '../hls/multivariant-playlist.ts';

/** URIs as the multivariant playlist has them. */
export interface ChosenRenditions {
  readonly videoUri: string;
  /** Null when sound is in the video rendition, or there is none. */
  readonly audioUri: string | null;
  /** Whether there is another variant that was not lost. */
  readonly hasAlternate: boolean;
}

/** `auto` takes the variant at `share` (0 to below 1) of the ladder, lowest first; else a rendition's name. */
export interface RenditionChoice {
  readonly rendition: string;
  readonly share: number;
}

/**
 * Chooses a variant and its audio rendition; instead of a variant that was lost, one below it, then one from the top, as
 * hls.js does. Null when all were lost. Throws NOT_FOUND when no variant has the name.
 */
export function chooseRenditions(
  playlist: MultivariantPlaylist,
  choice: RenditionChoice,
  lostUris: ReadonlySet<string> = new Set(),
): ChosenRenditions | null {
  const wanted =
    choice.rendition === 'auto' ? byShare(playlist, choice.share) : byName(playlist, choice.rendition);
  const variant = standIn(playlist, wanted, lostUris);
  if (variant === null) return null;
  const group = playlist.audio.filter((audio) => audio.groupId === variant.audioGroup);
  const audio = group.find((each) => each.isDefault) ?? group[0];
  const hasAlternate = playlist.variants.some(({ uri }) => uri !== variant.uri && !lostUris.has(uri));
  return { videoUri: variant.uri, audioUri: audio?.uri ?? null, hasAlternate };
}

function standIn(
  playlist: MultivariantPlaylist,
  wanted: Variant,
  lostUris: ReadonlySet<string>,
): Variant | null {
  const ladder = ladderOf(playlist);
  const at = ladder.indexOf(wanted);
  const inTurn = [...ladder.slice(0, at + 1).reverse(), ...ladder.slice(at + 1).reverse()];
  return inTurn.find(({ uri }) => !lostUris.has(uri)) ?? null;
}

function ladderOf(playlist: MultivariantPlaylist): Variant[] {
  return [...playlist.variants].sort((a, b) => a.bandwidth - b.bandwidth);
}

function byShare(playlist: MultivariantPlaylist, share: number): Variant {
  const ladder = ladderOf(playlist);
  return ladder[Math.min(ladder.length - 1, Math.floor(share * ladder.length))]!;
}

function byName(playlist: MultivariantPlaylist, name: string): Variant {
  const found = playlist.variants.find((variant) => renditionName(variant) === name);
  if (found !== undefined) return found;
  const names = playlist.variants.map(renditionName).join(', ');
  throw new StreamctlError('NOT_FOUND', `choosing a rendition: no "${name}" in the playlist`, {
    hint: `Choose auto or one of: ${names}.`,
  });
}

/** The directory that a variant's media playlist is in. */
function renditionName(variant: Variant): string {
  return variant.uri.split('/').at(-2) ?? variant.uri;
}
