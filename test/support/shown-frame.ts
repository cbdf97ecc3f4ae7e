/** One frame that a page's video showed. */
export interface ShownFrame {
  /** Burnt-in number; null: the squares could not be read. */
  readonly frame: number | null;
  /** Unix milliseconds at which the browser meant to show it. */
  readonly atMs: number;
  /** Frames that the browser has shown so far, this one too. */
  readonly presented: number;
}
