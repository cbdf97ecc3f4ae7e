/** Why a request is asked elsewhere too: it failed, is over its time, or brought an old state of the stream. */
export const HEDGE_WHYS = ['error', 'late', 'stale'] as const;
export type HedgeWhy = (typeof HEDGE_WHYS)[number];

/** Why another pathway is in use: a hedge won, the nearer one is well again, or somebody decided it. */
export type SwitchWhy = HedgeWhy | 'return' | 'steering';

/** What a hedger did, for whoever watches over health. Pathways by name, times of the hedger's clock. */
export type HedgeEvent =
  | {
      readonly kind: 'hedge';
      readonly atMs: number;
      readonly why: HedgeWhy;
      readonly from: string;
      readonly to: string;
      readonly path: string;
      /** From the request until it was asked elsewhere. */
      readonly afterMs: number;
    }
  | {
      readonly kind: 'switch';
      readonly atMs: number;
      readonly why: SwitchWhy;
      readonly from: string;
      readonly to: string;
    }
  | {
      /** A hedge that the budget did not allow. */
      readonly kind: 'held-back';
      readonly atMs: number;
      readonly why: HedgeWhy;
      readonly path: string;
    };

/** Sums since the start. */
export interface HedgeTally {
  readonly requests: number;
  readonly hedges: Readonly<Record<HedgeWhy, number>>;
  readonly heldBack: number;
  readonly switches: number;
  readonly returns: number;
}
