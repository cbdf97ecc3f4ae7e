/** Shows the figures as words on the page. */
import { STATE_TEXT } from '../../src/lib/player/player-state.ts';
import type { Figures } from './figures.ts';

export function createView(stream: string): { show(figures: Figures): void } {
  document.title = `${stream} · live`;
  element('stream').textContent = stream;
  return { show };
}

function show(figures: Figures): void {
  const { state } = figures;
  if (document.body.dataset.state !== state) document.body.dataset.state = state;
  write('state-word', state);
  write('state-text', STATE_TEXT[state]);
  write('edge', figures.region === null ? '' : `${figures.region} · ${figures.node}`);
  write('figure-behind', seconds(figures.behindLiveSec));
  write('figure-buffer', figures.startupMs === null ? '–' : seconds(figures.bufferSec));
  write(
    'figure-stalls',
    figures.stalls === 0 ? 'none' : `${figures.stalls} · ${seconds(figures.stalledMs / 1000)}`,
  );
  write(
    'figure-dropped',
    figures.totalFrames === 0 ? '–' : `${figures.droppedFrames} of ${figures.totalFrames}`,
  );
  write('figure-picture', figures.height === 0 ? '–' : `${figures.width} × ${figures.height}`);
  write('figure-start', figures.startupMs === null ? '–' : `${figures.startupMs} ms`);
}

function seconds(value: number | null): string {
  if (value === null) return '–';
  return value < 100 ? `${value.toFixed(1)} s` : `${Math.round(value / 60)} min`;
}

function write(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

function element(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
