/** The test publisher's ffmpeg as arguments. Pure. The stream key is in a file: arguments are for all to see. */
import type { Unit } from '../nodes/service-manager.ts';
import { formatTestPicture, type TestPicture } from './test-picture.ts';

export interface TestPublisher extends TestPicture {
  readonly kbps: number;
  readonly audio: boolean;
  /** The ingest node. */
  readonly address: string;
  readonly rtmpPort: number;
  /** File, mode 0600, as `formatKeyFile` makes it. */
  readonly keyFile: string;
}

const GOP_SEC = 2;
/** An ingest that takes nothing for so long is given up, and tried anew. */
const STUCK_USEC = 5_000_000;
const AUDIO_RATE = 48_000;
/** AAC starts with so much silence of its own; without the offset it would shift the video's timestamps too. */
const AAC_PRIMING = 1024;

/** Formats the file that tells ffmpeg the key: an ffmpeg preset. */
export function formatKeyFile(key: string): string {
  return `rtmp_playpath=${key}\n`;
}

/** Returns program and arguments. The FLV timestamp of frame n is n ÷ fps, rounded to milliseconds. */
export function formatPublisherArguments(publisher: TestPublisher): readonly [string, ...string[]] {
  const { audio, keyFile, address, rtmpPort } = publisher;
  const tone = `sine=frequency=220:beep_factor=4:sample_rate=${AUDIO_RATE},volume=0.2`;
  return [
    ...([
      '/usr/bin/env',
      'ffmpeg',
      '-nostdin',
      '-hide_banner',
      '-loglevel',
      'error',
      '-filter_threads',
      '1',
    ] as const),
    ...['-re', '-f', 'lavfi', '-i', formatTestPicture(publisher)],
    ...(audio
      ? ['-re', '-f', 'lavfi', '-i', tone, '-af', `asetpts=PTS+${AAC_PRIMING}`, '-c:a', 'aac', '-b:a', '96k']
      : []),
    ...formatVideoArguments(publisher),
    ...[
      '-fpre',
      keyFile,
      '-rw_timeout',
      String(STUCK_USEC),
      '-f',
      'flv',
      `rtmp://${address}:${rtmpPort}/live`,
    ],
  ];
}

/** Describes the publisher as a unit that is started again whenever its connection drops. */
export function formatPublisherUnit(publisher: TestPublisher): Unit {
  return {
    name: publisherUnitName(publisher.stream),
    argv: formatPublisherArguments(publisher),
    env: {},
    stopTimeoutSec: 2,
  };
}

export function publisherUnitName(stream: string): string {
  return `publisher-${stream}`;
}

function formatVideoArguments({ fps, kbps }: TestPublisher): readonly string[] {
  const gop = String(Math.round(framesPerSec(fps) * GOP_SEC));
  const rate = `${kbps}k`;
  return [
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-threads',
      '1',
      '-pix_fmt',
      'yuv420p',
    ],
    ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-bf', '0', '-fps_mode', 'passthrough'],
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate],
  ];
}

/** Parses a fraction such as `30000/1001`. */
export function framesPerSec(fps: string): number {
  const [frames, seconds = '1'] = fps.split('/');
  return Number(frames) / Number(seconds);
}
