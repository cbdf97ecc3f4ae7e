import { type MultivariantPlaylist, parseMultivariantPlaylist } from '../hls/multivariant-playlist.ts';
import { onlyPathway } from '../hls/with-pathways.ts';
import { type ChosenRenditions, chooseRenditions, type RenditionChoice } from './choose-renditions.ts';

/** What a player may play now, and whether there is anything else should it fail. */
export interface AvailableChoice extends ChosenRenditions {
  readonly hasOtherVideo: boolean;
  readonly hasOtherSound: boolean;
}

/**
 * What a multivariant playlist offers, less what was lost of it: variants one by one, then whole pathways, as hls.js remembers
 * them until it begins anew (error-controller.ts and content-steering-controller.ts of hls.js 1.7).
 */
export class AvailableRenditions {
  readonly #followsPathways: boolean;
  readonly #lostUris = new Set<string>();
  readonly #lostPathways = new Set<string | undefined>();
  #playlist: MultivariantPlaylist | null = null;

  /** With the hedged loader a player sees one pathway only. */
  constructor({ followsPathways }: { readonly followsPathways: boolean }) {
    this.#followsPathways = followsPathways;
  }

  /** Whether there is a playlist to choose from. */
  get isKnown(): boolean {
    return this.#playlist !== null;
  }

  /** Takes the text of a multivariant playlist. Throws NONCONFORMANT. */
  take(text: string): void {
    this.#playlist = parseMultivariantPlaylist(text);
  }

  /** Null when everything was lost. Throws NOT_FOUND when there is no such rendition. */
  choose(choice: RenditionChoice): AvailableChoice | null {
    const left = this.#pathways();
    if (this.#playlist === null || left.length === 0) return null;
    const chosen = chooseRenditions(onlyPathway(this.#playlist, left[0]), choice, this.#lostUris);
    if (chosen === null) return null;
    const hasOtherSound = left.length > 1;
    return { ...chosen, hasOtherVideo: chosen.hasAlternate || hasOtherSound, hasOtherSound };
  }

  /** A variant cannot be had; the last of a pathway takes the pathway with it. */
  loseVideo({ videoUri, hasAlternate }: ChosenRenditions): void {
    this.#lostUris.add(videoUri);
    if (!hasAlternate) this.loseSound();
  }

  /** Sound is the same in all variants of a pathway, so the pathway is lost with it. */
  loseSound(): void {
    const left = this.#pathways();
    if (left.length > 0) this.#lostPathways.add(left[0]);
  }

  /** The playlist is to be loaded again. */
  forgetPlaylist(): void {
    this.#playlist = null;
  }

  /** A new player: nothing was lost. */
  forget(): void {
    this.forgetPlaylist();
    this.#lostUris.clear();
    this.#lostPathways.clear();
  }

  /** Those that are left, the one to begin with first; one without a name when the playlist has none. */
  #pathways(): (string | undefined)[] {
    if (this.#playlist === null) return [];
    const { variants, contentSteering } = this.#playlist;
    const listed = [...new Set(variants.map(({ pathwayId }) => pathwayId))];
    const first = listed.find((pathway) => pathway === contentSteering?.pathwayId) ?? listed[0];
    const inTurn = [first, ...listed.filter((pathway) => pathway !== first)];
    const followed = this.#followsPathways ? inTurn : listed.slice(0, 1);
    return followed.filter((pathway) => !this.#lostPathways.has(pathway));
  }
}
