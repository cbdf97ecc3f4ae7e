/** What a request's path asks for. `query` is without `?`. */
export type Route =
  | { readonly kind: 'status' }
  | { readonly kind: 'feed'; readonly stream: string; readonly query: string }
  | { readonly kind: 'multivariant'; readonly stream: string }
  | { readonly kind: 'state'; readonly stream: string }
  | { readonly kind: 'pathways'; readonly stream: string }
  | { readonly kind: 'steering'; readonly stream: string; readonly query: string }
  | { readonly kind: 'playlist'; readonly stream: string; readonly track: string; readonly query: string }
  | { readonly kind: 'init'; readonly stream: string; readonly track: string; readonly initId: string }
  | {
      readonly kind: 'media';
      readonly stream: string;
      readonly track: string;
      readonly msn: number;
      /** Null: the whole segment. */
      readonly part: number | null;
    };

const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const LIVE = new RegExp(`^/live/(${NAME})/(?:(${NAME})/)?([A-Za-z0-9.-]{1,80})$`);
const FEED = new RegExp(`^/feed/(${NAME})$`);
const MEDIA = /^(0|[1-9]\d{0,11})(?:\.(0|[1-9]\d{0,3}))?\.m4s$/;
const INIT = /^init-([A-Za-z0-9]{1,64})\.mp4$/;
const MAX_URL = 2048;

/** Parses a request's URL (path and query); null when nothing lives there. Each resource has one spelling. */
export function parseRoute(url: string): Route | null {
  if (url.length > MAX_URL) return null;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  const live = LIVE.exec(path);
  if (live !== null) return parseLive(live[1]!, live[2], { file: live[3]!, query });
  const feed = FEED.exec(path);
  if (feed !== null) return { kind: 'feed', stream: feed[1]!, query };
  return path === '/status' ? { kind: 'status' } : null;
}

function parseLive(
  stream: string,
  track: string | undefined,
  { file, query }: { file: string; query: string },
): Route | null {
  if (file === 'index.m3u8') {
    return track === undefined
      ? { kind: 'multivariant', stream }
      : { kind: 'playlist', stream, track, query };
  }
  if (track === undefined) {
    if (file === 'state.json') return { kind: 'state', stream };
    if (file === 'steering.json') return { kind: 'steering', stream, query };
    return file === 'pathways.json' ? { kind: 'pathways', stream } : null;
  }
  const media = MEDIA.exec(file);
  if (media !== null) {
    const part = media[2] === undefined ? null : Number(media[2]);
    return { kind: 'media', stream, track, msn: Number(media[1]), part };
  }
  const init = INIT.exec(file);
  return init === null ? null : { kind: 'init', stream, track, initId: init[1]! };
}
