/** A page of somebody else, on an address of its own, that plays with hls.js and the hedged loader of an edge. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { HLS_CONFIG } from '../../src/lib/player/hls-config.ts';

export interface ForeignPage {
  readonly url: string;
  close(): Promise<void>;
}

const HLS_FILE = join(import.meta.dirname, '../../node_modules/hls.js/dist/hls.min.mjs');

/** Serves the page; `edgeUrl` is the base URL of an edge, `stream` what it plays there. */
export async function startForeignPage(
  address: string,
  { edgeUrl, stream }: { readonly edgeUrl: string; readonly stream: string },
): Promise<ForeignPage> {
  const html = `<!doctype html><title>foreign</title><video muted></video><script type="module">
import Hls from '/hls.mjs';
const config = ${JSON.stringify(HLS_CONFIG)};
import { createHedgedLoader } from '${edgeUrl}/assets/hedged-loader.js';
const hls = new Hls({ ...config, loader: createHedgedLoader(Hls) });
const video = document.querySelector('video');
hls.loadSource('${edgeUrl}/live/${stream}/index.m3u8');
hls.attachMedia(video);
hls.on('hlsManifestParsed', () => video.play());
window.hedge = hls.config.loader.hedge;
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
