import type { AudioRendition, MultivariantPlaylist, Variant } from './multivariant-playlist.ts';

/** The ways to reach the same renditions (RFC 8216bis sections 4.4.6.6 and 7). */
export interface PathwayVariants {
  /** PATHWAY-ID of the playlist's own place, whose URIs stay relative: the player may know it by another name. */
  readonly home: string;
  readonly others: readonly {
    readonly name: string;
    /** Absolute, of the same folder; a slash at its end. */
    readonly baseUri: string;
  }[];
  /** PATHWAY-ID with which players begin. */
  readonly first: string;
  /** Of the steering server, relative to the playlist. */
  readonly serverUri: string;
}

/** The playlist with every rendition once for each pathway, home first. Audio has a group for each. Pure. */
export function withPathways(
  playlist: MultivariantPlaylist,
  pathways: PathwayVariants,
): MultivariantPlaylist {
  const { home, others, first, serverUri } = pathways;
  const own = playlist.variants.map((variant) => ({ ...variant, pathwayId: home }));
  return {
    ...playlist,
    contentSteering: { serverUri, pathwayId: first },
    audio: [
      ...playlist.audio,
      ...others.flatMap((other) => playlist.audio.map((each) => audioAt(each, other))),
    ],
    variants: [...own, ...others.flatMap((other) => playlist.variants.map((each) => variantAt(each, other)))],
  };
}

/** The playlist with the renditions of one pathway alone: of the one that is named, else of the first. */
export function onlyPathway(playlist: MultivariantPlaylist, name?: string): MultivariantPlaylist {
  const wanted = name ?? playlist.variants[0]?.pathwayId;
  const variants = playlist.variants.filter(({ pathwayId }) => pathwayId === wanted);
  const groups = new Set(variants.map(({ audioGroup }) => audioGroup));
  return { ...playlist, variants, audio: playlist.audio.filter(({ groupId }) => groups.has(groupId)) };
}

type Other = PathwayVariants['others'][number];

function audioAt(audio: AudioRendition, { name, baseUri }: Other): AudioRendition {
  const uri = audio.uri === null ? null : `${baseUri}${audio.uri}`;
  return { ...audio, groupId: groupAt(audio.groupId, name), uri };
}

function variantAt(variant: Variant, { name, baseUri }: Other): Variant {
  const { uri, audioGroup } = variant;
  const group = audioGroup === null ? null : groupAt(audioGroup, name);
  return { ...variant, uri: `${baseUri}${uri}`, audioGroup: group, pathwayId: name };
}

function groupAt(group: string, pathway: string): string {
  return `${group}-${pathway}`;
}
