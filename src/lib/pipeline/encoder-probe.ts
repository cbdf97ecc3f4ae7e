/** Finds out whether the encoder that was asked for works here: it is listed by ffmpeg, and encodes a picture. */
import { spawn } from 'node:child_process';
import {
  deviceArguments,
  type EncoderName,
  encoderArguments,
  pictureFilter,
} from '../media/ffmpeg-encoder-arguments.ts';

export interface EncoderChoice {
  readonly encoder: EncoderName;
  /** Why it is not the one asked for; null when it is. */
  readonly reason: string | null;
}

const FALLBACK: EncoderName = 'libx264';
const PROBE_LIMIT_MS = 5000;
const TRIAL = { name: 'trial', width: 320, height: 192, videoKbps: 300 };

/** Chooses the encoder asked for when it works, else libx264. Needs no probe for libx264 itself. */
export async function chooseEncoder(asked: EncoderName): Promise<EncoderChoice> {
  if (asked === FALLBACK) return { encoder: FALLBACK, reason: null };
  const listed = await runFfmpeg(['-hide_banner', '-encoders']);
  if (!new RegExp(`\\b${asked}\\b`).test(listed.output)) {
    return { encoder: FALLBACK, reason: `encoder ${asked} is not in this ffmpeg: ${FALLBACK} is used` };
  }
  const trial = await runFfmpeg(trialArguments(asked));
  if (trial.ok) return { encoder: asked, reason: null };
  return { encoder: FALLBACK, reason: `encoder ${asked} does not work here: ${FALLBACK} is used` };
}

function trialArguments(encoder: EncoderName): string[] {
  const options = { encoder, preset: 'ultrafast', frameRate: { num: 30, den: 1 } };
  const source = `color=black:s=${TRIAL.width}x${TRIAL.height}:r=30`;
  return [
    ...[
      '-hide_banner',
      '-loglevel',
      'error',
      '-nostdin',
      ...deviceArguments(encoder),
      '-f',
      'lavfi',
      '-i',
      source,
    ],
    ...['-vf', pictureFilter(TRIAL, encoder), '-frames:v', '1', ...encoderArguments(TRIAL, options)],
    ...['-f', 'null', '-'],
  ];
}

function runFfmpeg(args: readonly string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: PROBE_LIMIT_MS });
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
    });
    child.on('error', () => resolve({ ok: false, output: '' }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
