/** A small real encoder; the key is in a file, as the product's own publisher does it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RtmpPublisher {
  readonly pid: number;
  /** Resolves with its exit status when it ends by itself. */
  readonly ended: Promise<number | null>;
  close(): Promise<void>;
}

export interface RtmpPublisherOptions {
  readonly address: string;
  readonly rtmpPort: number;
  readonly key: string;
  readonly gopSec?: number;
  /** Which tracks; both when absent. */
  readonly tracks?: 'both' | 'audio' | 'video';
}

/** Publishes a 320x180 test picture at 25 fps and a tone in real time. */
export async function startRtmpPublisher(options: RtmpPublisherOptions): Promise<RtmpPublisher> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-publisher-'));
  await writeFile(join(dir, 'key'), `rtmp_playpath=${options.key}\n`, { mode: 0o600 });
  const tracks = options.tracks ?? 'both';
  const video = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=25'];
  const audio = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const args = [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error'],
    ...(tracks === 'audio' ? audio : tracks === 'video' ? video : [...video, ...audio]),
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-g',
      `${25 * (options.gopSec ?? 2)}`,
    ],
    ...['-sc_threshold', '0', '-c:a', 'aac', '-b:a', '64k', '-fpre', join(dir, 'key'), '-f', 'flv'],
    `rtmp://${options.address}:${options.rtmpPort}/live`,
  ];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'ffmpeg', ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    pid: child.pid!,
    ended,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
