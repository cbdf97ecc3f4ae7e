import { StreamctlError } from '../base/errors.ts';

export interface PictureFormat {
  readonly width: number;
  readonly height: number;
  /** As a fraction: `30000/1001`. */
  readonly fps: string;
}

/** Television's rates that are not what they are called. */
const NTSC: Readonly<Record<string, string>> = {
  '23.976': '24000/1001',
  '23.98': '24000/1001',
  '29.97': '30000/1001',
  '59.94': '60000/1001',
};

/** Parses `1280x720` and `29.97`. Throws USAGE. Sizes are even, 160x90 to 3840x2160; rates are 1 to 120. */
export function parsePicture(size: string, fps: string): PictureFormat {
  const [, width = 0, height = 0] = (/^(\d+)x(\d+)$/.exec(size) ?? []).map(Number);
  const fits = width >= 160 && width <= 3840 && height >= 90 && height <= 2160;
  if (!fits || width % 2 !== 0 || height % 2 !== 0) {
    throw new StreamctlError('USAGE', `size ${JSON.stringify(size)} is not allowed`, {
      hint: 'Give even numbers from 160x90 to 3840x2160, such as 1280x720.',
    });
  }
  const frames = Number(fps);
  if (NTSC[fps] === undefined && !(Number.isInteger(frames) && frames >= 1 && frames <= 120)) {
    throw new StreamctlError('USAGE', `frame rate ${JSON.stringify(fps)} is not allowed`, {
      hint: 'Give a whole number from 1 to 120, or 23.976, 29.97 or 59.94.',
    });
  }
  return { width, height, fps: NTSC[fps] ?? `${frames}/1` };
}
