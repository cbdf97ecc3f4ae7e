/** Stands for hls.js's own loader: notes what is asked, and answers when the test says so. */
import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  LoaderStats,
} from 'hls.js';

export class FakeLoader implements Loader<LoaderContext> {
  static made: FakeLoader[] = [];

  context: LoaderContext | null = null;
  stats: LoaderStats = {
    aborted: false,
    loaded: 0,
    retry: 0,
    total: 0,
    chunkCount: 0,
    bwEstimate: 0,
    loading: { start: 0, first: 0, end: 0 },
    parsing: { start: 0, end: 0 },
    buffering: { start: 0, first: 0, end: 0 },
  };
  configuration: LoaderConfiguration | null = null;
  destroyed = false;
  #callbacks: LoaderCallbacks<LoaderContext> | null = null;

  constructor(_config: HlsConfig) {
    FakeLoader.made.push(this);
  }

  /** Those that wait for an answer at a URL, the newest last. */
  static waiting(url: string): FakeLoader[] {
    return FakeLoader.made.filter(({ context, destroyed }) => context?.url === url && !destroyed);
  }

  load(
    context: LoaderContext,
    configuration: LoaderConfiguration,
    callbacks: LoaderCallbacks<LoaderContext>,
  ): void {
    if (this.stats.loading.start !== 0) throw new Error('Loader can only be used once.');
    this.stats.loading.start = performance.now();
    this.context = context;
    this.configuration = configuration;
    this.#callbacks = callbacks;
  }

  answer(data: string | ArrayBuffer): void {
    const nowMs = performance.now();
    const size = typeof data === 'string' ? data.length : data.byteLength;
    Object.assign(this.stats, { loaded: size, total: size });
    Object.assign(this.stats.loading, { first: nowMs, end: nowMs });
    this.#callbacks?.onSuccess(
      { url: `${this.context?.url}#seen`, data: this.#read(data), code: 200 },
      this.stats,
      this.context!,
      null,
    );
  }

  /** As the browser reads it for what was asked: hls.js asks for steering manifests as JSON. */
  #read(data: string | ArrayBuffer): string | ArrayBuffer | object {
    const isJson = this.context?.responseType === 'json' && typeof data === 'string';
    return isJson ? (JSON.parse(data) as object) : data;
  }

  fail(code: number): void {
    this.#callbacks?.onError({ code, text: `status ${code}` }, this.context!, null, this.stats);
  }

  timeOut(): void {
    this.#callbacks?.onTimeout(this.stats, this.context!, null);
  }

  abort(): void {
    this.stats.aborted = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.#callbacks = null;
  }

  getCacheAge(): number | null {
    return 7;
  }
}
