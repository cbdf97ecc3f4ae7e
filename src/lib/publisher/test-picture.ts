/** The test picture as an ffmpeg filter graph. Pure; made to cost little, since it runs beside what it tests. */
import { COUNTER_BITS, COUNTER_CELLS, counterCells } from './counter.ts';

export interface TestPicture {
  readonly stream: string;
  /** Even. */
  readonly width: number;
  /** Even. */
  readonly height: number;
  /** Frames a second as a fraction, e.g. `30/1` or `30000/1001`. */
  readonly fps: string;
  readonly fontFile: string;
}

/** Formats the graph; its frame n shows n in clear and as squares, and the time of day (UTC) at which it was made. */
export function formatTestPicture(picture: TestPicture): string {
  return [
    still('background', gradient(picture), picture.fps),
    still('ball', ball(picture), picture.fps),
    still('bars', bars(picture), picture.fps).replace('[bars]', ',scroll=h=0.004[bars]'),
    `[background][bars]overlay=0:0[scene];[scene][ball]overlay=${path(picture)},${words(picture)},${squares(picture)}`,
  ].join(';');
}

/** One frame made once and then repeated. */
function still(name: string, source: string, fps: string): string {
  return `${source},trim=end_frame=1,loop=loop=-1:size=1,setpts=N/(${fps})/TB,fps=${fps}[${name}]`;
}

function gradient({ width, height, fps }: TestPicture): string {
  return `color=s=${width}x${height}:r=${fps},format=yuv420p,geq=lum='26+56*(X/W+Y/H)/2':cb=147:cr=112`;
}

function ball({ width, fps }: TestPicture): string {
  const size = even(width / 8);
  const middle = (size - 1) / 2;
  const alpha = `255*clip(${middle}-hypot(X-${middle},Y-${middle}),0,1)`;
  return `color=s=${size}x${size}:r=${fps}:c=0xf4a261,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='${alpha}'`;
}

function bars({ width, height, fps }: TestPicture): string {
  return `smptebars=s=${width}x${height}:r=${fps},format=yuv420p,crop=${width}:${even(height / 16)}:0:0`;
}

function path({ height }: TestPicture): string {
  const top = even(height / 16);
  return `x='(W-w)*(0.5+0.45*sin(t*0.9))':y='${top}+(H*0.68-w)*abs(cos(t*1.7))'`;
}

function words({ stream, height, fontFile }: TestPicture): string {
  const font = `fontfile=${fontFile}:fontcolor=white`;
  const clock = `text='%{gmtime\\:%H\\\\\\:%M\\\\\\:%S}':fontsize=${even(height / 6)}:x=(w-tw)/2:y=h*0.34`;
  const line = `text='${stream}   frame %{frame_num}   UTC':fontsize=${even(height / 24)}:x=(w-tw)/2:y=h*0.55`;
  return `drawtext=${font}:${clock},drawtext=${font}:${line}`;
}

/** A black strip, half a square wider on each side, and on it the white squares of frame n. */
function squares({ width, height }: TestPicture): string {
  const cells = counterCells(width, height).map(({ x, y, size }) => ({
    x: Math.round(x),
    y: Math.round(y),
    w: Math.round(x + size) - Math.round(x),
    h: Math.round(y + size) - Math.round(y),
  }));
  const [first] = cells;
  const margin = Math.round(first!.w / 2);
  const strip = { ...first!, x: first!.x - margin, w: first!.w * COUNTER_CELLS + margin * 2 };
  const bits = Array.from(
    { length: COUNTER_BITS },
    (_, index) => `mod(floor(n/${2 ** (COUNTER_BITS - 1 - index)}),2)`,
  );
  const parity = `mod(${bits.join('+')},2)`;
  return [box(strip, 'black'), ...cells.map((cell, index) => box(cell, 'white', bits[index] ?? parity))].join(
    ',',
  );
}

function box(area: { x: number; y: number; w: number; h: number }, colour: string, enable?: string): string {
  const when = enable === undefined ? '' : `:enable='${enable}'`;
  return `drawbox=x=${area.x}:y=${area.y}:w=${area.w}:h=${area.h}:color=${colour}:t=fill${when}`;
}

function even(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2));
}
