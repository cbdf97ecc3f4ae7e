import { access } from 'node:fs/promises';
import { StreamctlError } from '../base/errors.ts';

const FONT_FILES = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/dejavu/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/TTF/DejaVuSansMono-Bold.ttf',
];

/** Finds a font for the burnt-in clock. Throws PACKAGE_MISSING. */
export async function findFont(): Promise<string> {
  for (const file of FONT_FILES) {
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  throw new StreamctlError('PACKAGE_MISSING', 'draw the test picture: no DejaVu font is installed', {
    hint: 'Install it with `sudo apt-get install fonts-dejavu-core`.',
  });
}
