/**
 * The player page, wired together: playback, what it says of itself, and the controls. Served by the edges at
 * /watch/STREAM; the stream's name is the path's last part. `window.streamctl` holds the same figures as the page.
 */
import { createControls } from './controls.ts';
import { createFigures } from './figures.ts';
import { createPlayback } from './playback.ts';
import { startStateWatch } from './state-watch.ts';
import { createView } from './view.ts';

const REFRESH_MS = 200;

const stream = decodeURIComponent(location.pathname.split('/').filter(Boolean).pop() ?? '');
const video = document.querySelector('video') as HTMLVideoElement;
const base = new URL(`/live/${encodeURIComponent(stream)}`, location.href).href;

const playback = createPlayback(video, `${base}/index.m3u8`);
const watch = startStateWatch(() => playback.hedge.urlInUse(`${base}/state.json`));
const figures = createFigures({ stream, video, playback, watch });
const view = createView(stream);
const controls = createControls(video, playback);

Object.defineProperty(window, 'streamctl', { value: figures.read(), writable: true });
setInterval(() => {
  const now = figures.read();
  Object.assign(window, { streamctl: now });
  view.show(now);
  controls.show(now);
}, REFRESH_MS);
playback.start();
