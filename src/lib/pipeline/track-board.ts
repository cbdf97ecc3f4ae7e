/**
 * The list of tracks as the feed knows it: sent when it is whole and when it changes; parts of unlisted tracks wait.
 *
 * A track's codec is that of its live media, from its first init segment on: a slate made in another way changes nothing,
 * so that replicas say the same whether they showed one or not.
 */
import type { FeedMessage, PartMessage, TrackInfo } from '../feed/message.ts';
import type { InitSegment } from '../media/init-segment.ts';

/** What a track is apart from its codec, which its init segment tells. */
export type TrackPlan = Omit<TrackInfo, 'codecs' | 'timescale'>;

type Send = (message: FeedMessage, body?: Uint8Array) => void;

export class TrackBoard {
  readonly #send: Send;
  #plans: readonly TrackPlan[] = [];
  /** By track, of its live media. */
  #inits = new Map<string, InitSegment>();
  /** All that were sent, by id. */
  #known = new Map<string, InitSegment>();
  #listed = '';
  #listedIds = new Set<string>();
  #waiting: { track: string; message: FeedMessage; body: Uint8Array }[] = [];

  constructor(send: Send) {
    this.#send = send;
  }

  /** Sets the complete list, in the order of the playlist. */
  setPlans(plans: readonly TrackPlan[]): void {
    this.#plans = plans;
    this.#announce();
  }

  sendInit(track: string, init: InitSegment): void {
    this.#known.set(init.initId, init);
    if (!this.#inits.has(track)) this.#describe(track, init);
    this.#post(track, { type: 'init', track, initId: init.initId }, init.bytes);
  }

  sendPart(message: PartMessage, body: Uint8Array): void {
    const init = this.#known.get(message.initId);
    if (!message.slate && init !== undefined) this.#describe(message.track, init);
    this.#post(message.track, message, body);
  }

  #describe(track: string, init: InitSegment): void {
    if (this.#inits.get(track) === init) return;
    this.#inits.set(track, init);
    this.#announce();
  }

  #post(track: string, message: FeedMessage, body: Uint8Array): void {
    if (this.#listedIds.has(track)) this.#send(message, body);
    else if (this.#plans.some((plan) => plan.id === track)) this.#waiting.push({ track, message, body });
  }

  #announce(): void {
    const tracks = this.#plans.flatMap((plan) => {
      const init = this.#inits.get(plan.id);
      return init ? [{ ...plan, timescale: init.timescale, codecs: init.codecs }] : [];
    });
    const listing = JSON.stringify(tracks);
    if (tracks.length < this.#plans.length || listing === this.#listed) return;
    this.#listed = listing;
    this.#listedIds = new Set(tracks.map((track) => track.id));
    this.#send({ type: 'tracks', tracks });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { track, message, body } of waiting) this.#post(track, message, body);
  }
}
