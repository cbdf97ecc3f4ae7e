/** The buttons, the menu, the keyboard. */
import type { Figures } from './figures.ts';
import type { Playback } from './playback.ts';

const SEEK_SEC = 10;
const AWAKE_MS = 2500;

export function createControls(
  video: HTMLVideoElement,
  playback: Playback,
): { show(figures: Figures): void } {
  const controls = new Controls(video, playback);
  return { show: () => controls.show() };
}

class Controls {
  readonly #video: HTMLVideoElement;
  readonly #playback: Playback;
  readonly #quality = find<HTMLSelectElement>('quality');
  readonly #seek = find<HTMLInputElement>('seek');
  readonly #volume = find<HTMLInputElement>('volume');
  #menu = '';
  #seeking = false;
  #awake: number | undefined;

  constructor(video: HTMLVideoElement, playback: Playback) {
    this.#video = video;
    this.#playback = playback;
    find('play').onclick = () => this.#togglePlay();
    find('mute').onclick = () => this.#toggleMute();
    find('unmute').onclick = () => this.#toggleMute();
    find('go-live').onclick = () => playback.goLive();
    find('fullscreen').onclick = () => this.#toggleFullscreen();
    find('stage').onpointermove = () => this.#wake();
    video.onclick = () => this.#wake();
    video.ondblclick = () => this.#toggleFullscreen();
    this.#volume.oninput = () => this.#setVolume(Number(this.#volume.value));
    this.#quality.onchange = () => this.#choose(Number(this.#quality.value));
    this.#seek.oninput = () => {
      this.#seeking = true;
    };
    this.#seek.onchange = () => {
      this.#seeking = false;
      this.#seekTo(Number(this.#seek.value));
    };
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  show(): void {
    const { paused, muted, volume } = this.#video;
    document.body.dataset.muted = muted || volume === 0 ? 'yes' : 'no';
    label('play', paused ? 'Play' : 'Pause', paused ? '#icon-play' : '#icon-pause', 'Space');
    label('mute', muted ? 'Unmute' : 'Mute', muted ? '#icon-muted' : '#icon-sound', 'M');
    this.#showMenu();
    this.#showSeek();
  }

  #showMenu(): void {
    const { hls } = this.#playback;
    const levels = hls?.levels ?? [];
    const auto = hls === null || hls.autoLevelEnabled;
    const playing = levels[hls?.currentLevel ?? -1];
    const names = [
      'Auto',
      ...levels.map(({ height, bitrate }) => (height ? `${height}p` : `${(bitrate / 1000) | 0}k`)),
    ];
    if (auto && playing?.height) names[0] = `Auto (${playing.height}p)`;
    const menu = names.join();
    if (menu !== this.#menu && document.activeElement !== this.#quality) {
      this.#menu = menu;
      this.#quality.replaceChildren(...names.map((name, index) => new Option(name, String(index - 1))));
    }
    if (document.activeElement !== this.#quality) this.#quality.value = String(auto ? -1 : hls.loadLevel);
  }

  #showSeek(): void {
    const { seekable, currentTime } = this.#video;
    if (this.#seeking || seekable.length === 0) return;
    const start = seekable.start(0);
    const end = Math.max(currentTime, this.#playback.hls?.liveSyncPosition ?? seekable.end(0));
    this.#seek.value = String(end > start ? (currentTime - start) / (end - start) : 1);
  }

  /** To a share of the recording, 0 its start and 1 the live edge. */
  #seekTo(share: number): void {
    const { seekable } = this.#video;
    if (seekable.length === 0) return;
    if (share > 0.995) {
      this.#playback.goLive();
      return;
    }
    this.#playback.leaveLive();
    this.#video.currentTime = seekable.start(0) + share * (seekable.end(0) - seekable.start(0));
  }

  #skip(seconds: number): void {
    const { seekable, currentTime } = this.#video;
    if (seekable.length === 0) return;
    const live = this.#playback.hls?.liveSyncPosition ?? seekable.end(0);
    if (currentTime + seconds >= live) {
      this.#playback.goLive();
      return;
    }
    this.#playback.leaveLive();
    this.#video.currentTime = Math.max(seekable.start(0), currentTime + seconds);
  }

  #togglePlay(): void {
    if (this.#video.paused) this.#video.play().catch(() => undefined);
    else {
      this.#playback.leaveLive();
      this.#video.pause();
    }
  }

  #toggleMute(): void {
    this.#video.muted = !this.#video.muted;
    if (!this.#video.muted && this.#video.volume === 0) this.#setVolume(1);
    this.show();
  }

  #setVolume(volume: number): void {
    this.#video.volume = volume;
    this.#video.muted = volume === 0;
    this.#volume.value = String(volume);
  }

  #toggleFullscreen(): void {
    const stage = find('stage');
    const video = this.#video as HTMLVideoElement & { webkitEnterFullscreen?: () => void };
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (stage.requestFullscreen) stage.requestFullscreen().catch(() => undefined);
    else video.webkitEnterFullscreen?.();
  }

  #choose(level: number): void {
    const { hls } = this.#playback;
    if (hls !== null) hls.nextLevel = level;
    this.#quality.blur();
  }

  #nextQuality(): void {
    const { hls } = this.#playback;
    if (hls === null) return;
    const current = hls.autoLevelEnabled ? -1 : hls.loadLevel;
    this.#choose(current + 1 >= hls.levels.length ? -1 : current + 1);
  }

  /** Shows the controls for a while: a phone has no pointer that hovers. */
  #wake(): void {
    document.body.dataset.awake = 'yes';
    clearTimeout(this.#awake);
    this.#awake = setTimeout(() => {
      document.body.dataset.awake = 'no';
    }, AWAKE_MS);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const onWidget = target.matches('button, select, input');
    const action = this.#actions[event.key.toLowerCase()];
    if (action === undefined || (onWidget && (event.key === ' ' || event.key.startsWith('Arrow')))) return;
    event.preventDefault();
    this.#wake();
    action();
  }

  readonly #actions: Readonly<Record<string, () => void>> = {
    ' ': () => this.#togglePlay(),
    k: () => this.#togglePlay(),
    m: () => this.#toggleMute(),
    f: () => this.#toggleFullscreen(),
    l: () => this.#playback.goLive(),
    q: () => this.#nextQuality(),
    arrowleft: () => this.#skip(-SEEK_SEC),
    arrowright: () => this.#skip(SEEK_SEC),
    arrowup: () => this.#setVolume(Math.min(1, this.#video.volume + 0.1)),
    arrowdown: () => this.#setVolume(Math.max(0, this.#video.volume - 0.1)),
  };
}

function label(id: string, text: string, icon: string, key: string): void {
  const button = find(id);
  if (button.getAttribute('aria-label') === text) return;
  button.setAttribute('aria-label', text);
  button.title = `${text} (${key})`;
  button.querySelector('use')?.setAttribute('href', icon);
}

function find<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}
