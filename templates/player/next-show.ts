/**
 * Looks whether a stream that has ended goes on: neither hls.js nor the browser asks again for a playlist with an end. To ask for
 * it is also what makes an edge look for a stream that it has not relayed for a while, so that its state.json does not do.
 */
import type { HlsConfig, Loader, LoaderContext } from 'hls.js';

export interface NextShowDeps {
  /** The page has come to the end, or will, and is to play what comes next. */
  isAwaited(): boolean;
  /** A media playlist of the stream as it is now; null when it is not there any more. */
  getPlaylist(): Promise<string | null>;
  /** Called when it goes on, and when it is not there: either way there is nothing to wait for at its end. */
  onOver(): void;
}

/** Between two looks, of each player's own by a quarter: a stream's viewers all end at once. */
const INTERVAL_MS = 2000;
const TIMEOUT_MS = 4000;

/** Looks until the page is closed. */
export function watchForNextShow({ isAwaited, getPlaylist, onOver }: NextShowDeps): void {
  const look = async (): Promise<void> => {
    if (!isAwaited()) return;
    const text = await getPlaylist();
    if (isAwaited() && (text === null || !hasEnd(text))) onOver();
  };
  const loop = (): void => {
    look()
      .catch(() => undefined)
      .finally(() => setTimeout(loop, INTERVAL_MS * (0.75 + 0.5 * Math.random())));
  };
  loop();
}

/** Gets a playlist with the loader of hls.js that it is given, so that another edge is asked when one is lost meanwhile. */
export function loadPlaylist(
  url: string,
  { config, Loader }: { config: HlsConfig; Loader: new (config: HlsConfig) => Loader<LoaderContext> },
): Promise<string | null> {
  const limits = { maxTimeToFirstByteMs: TIMEOUT_MS, maxLoadTimeMs: TIMEOUT_MS };
  const loadPolicy = { ...limits, errorRetry: null, timeoutRetry: null };
  const configuration = { loadPolicy, timeout: TIMEOUT_MS, maxRetry: 0, retryDelay: 0, maxRetryDelay: 0 };
  const context = { url, responseType: 'text', type: 'level' } as LoaderContext;
  return new Promise((resolve, reject) => {
    new Loader(config).load(context, configuration, {
      onSuccess: ({ data }) => resolve(String(data)),
      onError: ({ code }) => (code === 404 ? resolve(null) : reject(new Error(`GET ${url}: ${code}`))),
      onTimeout: () => reject(new Error(`GET ${url}: timeout`)),
    });
  });
}

/** Gets the first media playlist that a multivariant one names. */
export async function fetchFirstPlaylist(url: string): Promise<string | null> {
  const text = await fetchText(url);
  const uri = text?.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  return uri === undefined ? null : await fetchText(new URL(uri.trim(), url).href);
}

async function fetchText(url: string): Promise<string | null> {
  const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`GET ${url}: ${response.status}`);
  return await response.text();
}

function hasEnd(text: string): boolean {
  return /^#EXT-X-ENDLIST/m.test(text);
}
