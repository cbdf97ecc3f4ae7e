import { type EdgeState, parsePathways } from '../../hedge/pathway.ts';
import type { Peer } from '../../nodes/node-config.ts';

export interface PathwayLooksDeps {
  nowMs(): number;
  /** The text of a URL; rejects when it does not come in time. */
  getText(url: string, timeoutMs: number): Promise<string>;
}

interface Look {
  readonly atMs: number;
  seen: EdgeState | null;
  /** While it is under way. */
  pending: Promise<void> | null;
}

/** A look counts for so long. */
const FRESH_MS = 1500;
const TIMEOUT_MS = 800;
/** Streams times edges; the oldest is forgotten. */
const MAX_KEPT = 1000;

/**
 * Looks at other edges when somebody asks to be steered, and not otherwise: over the way that players take, so that what is
 * seen is what they would get. Who looks needs neither agent nor store.
 */
export class PathwayLooks {
  readonly #deps: PathwayLooksDeps;
  readonly #looks = new Map<string, Look>();

  constructor(deps: PathwayLooksDeps) {
    this.#deps = deps;
  }

  /** What this edge says of itself and the stream; null: nothing. Never rejects. Looks that are new enough are not repeated. */
  async at(edge: Peer, stream: string): Promise<EdgeState | null> {
    const url = `http://${edge.address}:${edge.ports.http}/live/${stream}/pathways.json`;
    const last = this.#looks.get(url);
    if (last !== undefined && this.#deps.nowMs() - last.atMs < FRESH_MS) {
      await last.pending;
      return last.seen;
    }
    const look: Look = { atMs: this.#deps.nowMs(), seen: null, pending: null };
    look.pending = this.#deps.getText(url, TIMEOUT_MS).then(
      (text) => {
        look.seen = parsePathways(text)?.here ?? null;
        look.pending = null;
      },
      () => {
        look.pending = null;
      },
    );
    this.#looks.delete(url);
    this.#looks.set(url, look);
    if (this.#looks.size > MAX_KEPT) this.#looks.delete(this.#looks.keys().next().value!);
    await look.pending;
    return look.seen;
  }
}
