import type { HlsConfig, Loader, LoaderConfiguration, LoaderContext, LoaderResponse } from 'hls.js';
import type { Answer, SendEvents, Sending } from '../hedge/hedge-io.ts';

/** A loader of hls.js: makes one request. */
export type BaseLoaderClass = new (config: HlsConfig) => Loader<LoaderContext>;

/** What hls.js passes on about the connection; of the browser, and not looked at here. */
export type NetworkDetails = Parameters<
  NonNullable<Parameters<Loader<LoaderContext>['load']>[2]['onSuccess']>
>[3];

export interface LoadAnswer extends Answer {
  readonly loader: Loader<LoaderContext>;
  readonly response: LoaderResponse;
  readonly details: NetworkDetails;
}

export interface LoadFailure {
  readonly isTimeout: boolean;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly text: string;
  readonly details: NetworkDetails;
}

export interface AttemptOptions {
  readonly loader: Loader<LoaderContext>;
  readonly context: LoaderContext;
  readonly configuration: LoaderConfiguration;
}

/** Makes one try with a loader of hls.js, which tries once only. */
export function createAttempt(
  { loader, context, configuration }: AttemptOptions,
  events: SendEvents<LoadAnswer, LoadFailure>,
): Sending {
  const once = { ...configuration.loadPolicy, errorRetry: null, timeoutRetry: null };
  const failed = (failure: LoadFailure): void => {
    loader.destroy();
    events.onFailure(failure);
  };
  loader.load(
    context,
    { ...configuration, loadPolicy: once, maxRetry: 0 },
    {
      onSuccess: (response, _stats, _context, details) => {
        const text = (): string => (typeof response.data === 'string' ? response.data : '');
        events.onAnswer({ loader, response, details, text });
      },
      onError: ({ code, text }, _context, details) =>
        failed({ isTimeout: false, status: code, text, details }),
      onTimeout: (_stats, _context, details) =>
        failed({ isTimeout: true, status: 0, text: 'timeout', details }),
    },
  );
  return {
    progress: () => (loader.stats?.loading.first ? 1 + loader.stats.loaded : 0),
    cancel: () => loader.destroy(),
  };
}
