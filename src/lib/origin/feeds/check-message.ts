import { StreamctlError } from '../../base/errors.ts';
import type { FeedMessage } from '../../feed/message.ts';

/** Names that are safe as one component of a URL and of a path. */
export const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Id of an init segment. */
const INIT_ID = /^[A-Za-z0-9]{1,64}$/;
const MAX_TRACKS = 32;

/**
 * Checks the fields of a feed's message that end up in paths, playlists or arithmetic: whoever can reach the
 * port can send one. Throws USAGE; passes the message on otherwise.
 */
export function checkMessage(message: FeedMessage): FeedMessage {
  if (!isSound(message)) {
    throw new StreamctlError('USAGE', `feed message of type ${message.type} has a malformed field`);
  }
  return message;
}

function isSound(message: FeedMessage): boolean {
  switch (message.type) {
    case 'hello':
      return (
        within(message.segmentSec, 1, 60) &&
        within(message.partSec, 0.05, 10) &&
        within(message.dvrSec, 0, 86_400) &&
        isName(message.stream) &&
        typeof message.replica === 'string'
      );
    case 'tracks':
      return (
        Array.isArray(message.tracks) && message.tracks.length <= MAX_TRACKS && message.tracks.every(isTrack)
      );
    case 'init':
      return isName(message.track) && isInitId(message.initId);
    case 'part':
      return isMedia(message) && isCount(message.part) && isCount(message.frames);
    case 'segment':
      return isMedia(message) && isCount(message.bytes);
    case 'status':
      return (
        ['starting', 'live', 'slate', 'ended'].includes(message.state) &&
        Array.isArray(message.reasons) &&
        Array.isArray(message.shed)
      );
  }
}

function isMedia(message: Extract<FeedMessage, { type: 'part' | 'segment' }>): boolean {
  return (
    isName(message.track) &&
    isInitId(message.initId) &&
    isCount(message.msn) &&
    isCount(message.decodeTime) &&
    isCount(message.durationTicks)
  );
}

function isTrack(track: unknown): boolean {
  const { id, kind, timescale, codecs, bandwidth } = (track ?? {}) as Record<string, unknown>;
  return (
    isName(id) &&
    (kind === 'video' || kind === 'audio') &&
    within(timescale, 1, 1e9) &&
    typeof codecs === 'string' &&
    within(bandwidth, 0, 1e12)
  );
}

const isName = (value: unknown): boolean => typeof value === 'string' && SAFE_NAME.test(value);
const isInitId = (value: unknown): boolean => typeof value === 'string' && INIT_ID.test(value);
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

function within(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}
