import type { HedgeIo } from '../hedge/hedge-io.ts';
import type { Hedger } from '../hedge/hedger.ts';
import { pathwayToBeginWith, steeringPriority, steeringUrl } from '../player/one-pathway.ts';

const TIMEOUT_MS = 3000;
/** When a steering server does not say (RFC 8216bis section 7.1: five minutes), or does not answer. */
const DEFAULT_TTL_SEC = 300;
const MIN_TTL_SEC = 1;

/** Follows the steering server of a multivariant playlist as hls.js does with the hedged loader. */
export class SteeringWatch {
  readonly #io: HedgeIo;
  readonly #hedger: Hedger;
  #stop: () => void = () => undefined;
  #closed = false;

  constructor(io: HedgeIo, hedger: Hedger) {
    this.#io = io;
    this.#hedger = hedger;
  }

  /** Takes a multivariant playlist; begins where it says, and asks its steering server from now on. */
  begin(url: URL, text: string): void {
    this.#stop();
    const first = pathwayToBeginWith(text);
    if (first !== null) this.#hedger.steer([first]);
    const server = /^#EXT-X-CONTENT-STEERING:.*?SERVER-URI="([^"]*)"/m.exec(text)?.[1];
    if (server !== undefined) void this.#ask(new URL(server, url));
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  async #ask(url: URL): Promise<void> {
    const { home, bound: inUse } = this.#hedger;
    url.searchParams.set('_HLS_pathway', inUse);
    const left = this.#hedger.takeDepartures();
    const asked = steeringUrl(url.href, { home: home.name, inUse, left });
    const text = await this.#io.getText(this.#hedger.urlInUse(asked), TIMEOUT_MS).catch(() => null);
    if (this.#closed) return;
    if (text !== null) this.#hedger.steer(steeringPriority(text));
    const { ttlSec, reloadUri } = readManifest(text ?? '');
    const next = reloadUri === null ? url : new URL(reloadUri, url);
    this.#stop = this.#io.after(1000 * ttlSec, () => void this.#ask(next));
  }
}

function readManifest(text: string): { readonly ttlSec: number; readonly reloadUri: string | null } {
  try {
    const { TTL, 'RELOAD-URI': uri } = JSON.parse(text) as { TTL?: unknown; 'RELOAD-URI'?: unknown };
    const ttlSec = typeof TTL === 'number' ? Math.max(MIN_TTL_SEC, TTL) : DEFAULT_TTL_SEC;
    return { ttlSec, reloadUri: typeof uri === 'string' ? uri : null };
  } catch {
    return { ttlSec: DEFAULT_TTL_SEC, reloadUri: null };
  }
}
