/** A page of somebody else, on an address of its own, that plays with hls.js and perhaps with the hedged loader of an edge. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HLS_CONFIG, type HlsSettings } from '../../src/lib/player/hls-config.ts';

export interface ForeignPage {
  readonly url: string;
  close(): Promise<void>;
}

export interface ForeignPageOptions {
  /** Base URL of an edge. */
  readonly edgeUrl: string;
  /** What it plays there. */
  readonly stream: string;
  /** With the hedged loader and the settings for it unless told: settings for hls.js alone. */
  readonly alone?: HlsSettings;
  /** Where a page with hls.js alone begins anew when hls.js gave up. */
  readonly otherEdgeUrl?: string;
}

const HLS_FILE = join(import.meta.dirname, '../../node_modules/hls.js/dist/hls.min.mjs');

/** Serves the page. `window.hedge` is the loader's; `window.plain` tells the pathway and the errors of hls.js alone. */
export async function startForeignPage(address: string, options: ForeignPageOptions): Promise<ForeignPage> {
  const html = `<!doctype html><title>foreign</title><video muted></video><script type="module">
import Hls from '/hls.mjs';
const url = '${options.edgeUrl}/live/${options.stream}/index.m3u8';
const video = document.querySelector('video');
${options.alone === undefined ? hedged(options) : alone(options.alone, options.otherEdgeUrl ?? options.edgeUrl)}
begin();
hls.attachMedia(video);
hls.on('hlsManifestParsed', () => video.play());
</script>`;
  const script = await readFile(HLS_FILE);
  const server = createServer((request, response) => {
    const isScript = request.url === '/hls.mjs';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
    response.end(isScript ? script : html);
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function hedged({ edgeUrl }: ForeignPageOptions): string {
  return `const config = ${JSON.stringify(HLS_CONFIG)};
import { createHedgedLoader } from '${edgeUrl}/assets/hedged-loader.js';
const hls = new Hls({ ...config, loader: createHedgedLoader(Hls) });
const begin = () => hls.loadSource(url);
window.hedge = hls.config.loader.hedge;`;
}

/** As `player-config --without-loader` has it. */
function alone(settings: HlsSettings, otherEdgeUrl: string): string {
  return `const config = ${JSON.stringify(settings)};
const urls = [url, new URL(new URL(url).pathname, '${otherEdgeUrl}').href];
const hls = new Hls(config);
const begin = () => {
  hls.loadSource(urls[0]);
  urls.push(urls.shift());
};
hls.on(Hls.Events.ERROR, (_, { fatal }) => fatal && setTimeout(begin, 1000));
const plain = {
  pathway: null,
  switchedAtMs: null,
  errors: [],
  restarts: 0,
  get bufferSec() {
    const { buffered, currentTime } = video;
    return buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
  },
  get behindLiveSec() {
    return hls.latency;
  },
};
hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
  plain.errors.push(details);
  if (fatal) plain.restarts += 1;
});
hls.on(Hls.Events.FRAG_LOADED, (_, { frag, part }) => {
  // A segment that is not whole yet has no address of its own.
  const pathway = new URL((part ?? frag).url).origin;
  if (pathway === plain.pathway) return;
  if (plain.pathway !== null) plain.switchedAtMs = Date.now();
  plain.pathway = pathway;
});
window.plain = plain;`;
}
