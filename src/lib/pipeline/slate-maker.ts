/** Makes the slate's clips and the silence: pre-encoded with the parameters of live, so that init segments are equal. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { silenceArguments } from '../media/ffmpeg-audio-arguments.ts';
import { type SlateArguments, slateArguments } from '../media/ffmpeg-slate-arguments.ts';
import { parseInitSegment } from '../media/init-segment.ts';
import { startFfmpeg } from './ffmpeg-process.ts';
import type { SlateClip } from './slate-clip.ts';

const TEXT_FILE = 'slate.txt';
/**
 * An ffmpeg that has given out no frame for so long hangs. Not the time for the whole clip: beside encoders that have all
 * of the machine it takes long, and is there in the end.
 */
const SILENT_MS = 20_000;

export interface SlateOptions extends Omit<SlateArguments, 'textFile'> {
  readonly text: string;
  /** A folder of this pipeline's own; made when missing. */
  readonly directory: string;
}

/** Makes one clip a rendition, in their order. Throws ENVIRONMENT when ffmpeg can't. */
export async function makeSlate(options: SlateOptions): Promise<SlateClip[]> {
  await mkdir(options.directory, { recursive: true });
  await writeFile(join(options.directory, TEXT_FILE), options.text);
  return collectClips('slate', {
    arguments: slateArguments({ ...options, textFile: TEXT_FILE }),
    outputs: options.renditions.length,
    workingDirectory: options.directory,
    background: true,
  });
}

/** Makes silent AAC frames: the clip has one, which may be repeated. Throws ENVIRONMENT when ffmpeg can't. */
export async function makeSilence(audioKbps: number): Promise<SlateClip> {
  const [clip] = await collectClips('silence', { arguments: silenceArguments(audioKbps), outputs: 1 });
  // The first frames carry the encoder's start; from the third on all are equal.
  const frame = clip?.samples[3];
  if (clip === undefined || frame === undefined) throw new StreamctlError('BUG', 'ffmpeg made no silence');
  return { init: clip.init, samples: [frame] };
}

interface ClipCommand {
  readonly arguments: readonly string[];
  readonly outputs: number;
  readonly workingDirectory?: string;
  readonly background?: boolean;
  readonly silentMs?: number;
}

/** Collects one clip of each output of an ffmpeg. Throws ENVIRONMENT when it fails or hangs. */
export function collectClips(what: string, command: ClipCommand): Promise<SlateClip[]> {
  const { silentMs = SILENT_MS } = command;
  const clips = Array.from({ length: command.outputs }, () => ({
    init: null as SlateClip['init'] | null,
    samples: [] as SlateClip['samples'][number][],
  }));
  return new Promise((resolve, reject) => {
    let hung = '';
    const limit = setTimeout(() => {
      hung = `no frame for ${silentMs / 1000} s: `;
      ffmpeg.kill();
    }, silentMs);
    const ffmpeg = startFfmpeg({
      ...command,
      onEvent: (output, event) => {
        limit.refresh();
        const clip = clips[output];
        if (event.type === 'init' && clip) clip.init = parseInitSegment(event.bytes);
        else if (event.type === 'sample') clip?.samples.push(event.sample);
      },
      onEnd: (exit) => {
        clearTimeout(limit);
        const whole = clips.flatMap(({ init, samples }) =>
          init !== null && samples.length > 0 ? [{ init, samples }] : [],
        );
        if (exit.ok && whole.length === clips.length) resolve(whole);
        else reject(new StreamctlError('ENVIRONMENT', `make the ${what} with ffmpeg: ${hung}${exit.words}`));
      },
    });
    ffmpeg.end();
  });
}
