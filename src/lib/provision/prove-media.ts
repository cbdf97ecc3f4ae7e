/** Proof that a node serves a stream: its playlists advance, and a segment of each rendition decodes. */
import { execa } from 'execa';
import { StreamctlError } from '../base/errors.ts';
import type { Peer } from '../nodes/node-config.ts';
import { observeAdvancing } from './ring/verify-media.ts';

const PLAY_MS = 15_000;
const WATCH_SEC = 0.5;
const DECODE_MS = 20_000;
/** What a library of ffmpeg's says on a machine that lets no memory be locked; it is about keys, and there are none. */
const GCRYPT_WORDS = 'Warning: using insecure memory!';

/** Throws UNHEALTHY with what did not come or did not decode. */
export async function proveMedia(node: Peer, stream: string, signal: AbortSignal): Promise<void> {
  const options = { stream, timeoutMs: PLAY_MS, signal, watchSec: WATCH_SEC };
  const { renditions } = await observeAdvancing(node, options);
  for (const { uri, init, segment, loads } of renditions) {
    // Of a source whose key frames are farther apart than segments, only some segments decode by themselves.
    const newest = loads
      .at(-1)!
      .playlist.segments.findLast((one) => one.uri !== null && one.parts.length > 0);
    if (init === null || segment === null || newest?.parts[0]?.independent !== true) continue;
    const failure = await decode(Buffer.concat([init.body, segment.whole.body]), signal);
    if (failure === null) continue;
    throw new StreamctlError(
      'UNHEALTHY',
      `a segment of ${uri} from ${node.name} does not decode: ${failure}`,
      {
        hint: `Read streamctl logs ${node.name}.`,
        details: { node: node.name, stream, url: segment.whole.url },
      },
    );
  }
}

/** Decodes with ffmpeg, which a machine with nodes has; what it complains about, or null. Without ffmpeg it says nothing. */
async function decode(media: Buffer, signal: AbortSignal): Promise<string | null> {
  const args = ['-v', 'error', '-threads', '1', '-f', 'mp4', '-i', 'pipe:0', '-f', 'null', '-'];
  const done = await execa('ffmpeg', args, {
    input: media,
    reject: false,
    timeout: DECODE_MS,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (done.code === 'ENOENT') return null;
  const said = done.stderr.split('\n').filter((line) => line.trim() !== '' && line !== GCRYPT_WORDS);
  return done.exitCode === 0 && said.length === 0 ? null : (said[0] ?? 'ffmpeg failed');
}
