import { StreamctlError } from '../base/errors.ts';
import { numberAttribute, parseAttributes, parseDecimal } from './attributes.ts';
import type {
  MediaPlaylist,
  PlaylistPart,
  PlaylistSegment,
  RenditionReport,
  ServerControl,
} from './media-playlist.ts';

/**
 * Parses a media playlist. Unknown tags and malformed values of known ones are passed over, as RFC 8216bis
 * section 6.3.1 asks of clients. Throws NONCONFORMANT when the text is no media playlist at all: no #EXTM3U
 * first, no target duration, or variants in it.
 */
export function parseMediaPlaylist(text: string): MediaPlaylist {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.replace(/^\uFEFF/, '').trimEnd() !== '#EXTM3U') refuse('its first line is not #EXTM3U');
  const reader = new Reader();
  for (const line of lines) reader.take(line.trim());
  return reader.finish();
}

function refuse(reason: string): never {
  throw new StreamctlError('NONCONFORMANT', `media playlist can't be parsed: ${reason}`);
}

/** What has been read of the segment that is not closed by its URI yet. */
interface OpenSegment {
  durationSec: number | null;
  programDateTimeMs: number | null;
  gap: boolean;
  discontinuity: boolean;
  parts: PlaylistPart[];
}

const openSegment = (): OpenSegment => ({
  durationSec: null,
  programDateTimeMs: null,
  gap: false,
  discontinuity: false,
  parts: [],
});

class Reader {
  #version = 1;
  #targetDurationSec: number | null = null;
  #independentSegments = false;
  #serverControl: ServerControl | null = null;
  #partTargetSec: number | null = null;
  #mediaSequence = 0;
  #discontinuitySequence = 0;
  #skippedSegments = 0;
  #preloadHintUri: string | null = null;
  #ended = false;
  #mapUri: string | null = null;
  #open = openSegment();
  readonly #segments: PlaylistSegment[] = [];
  readonly #reports: RenditionReport[] = [];

  take(line: string): void {
    if (line === '') return;
    if (!line.startsWith('#')) this.#close(line);
    else if (line.startsWith('#EXT')) {
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      this.#tag(name, colon < 0 ? '' : line.slice(colon + 1));
    }
  }

  finish(): MediaPlaylist {
    if (this.#targetDurationSec === null) refuse('it has no EXT-X-TARGETDURATION');
    if (this.#open.parts.length > 0) this.#close(null);
    return {
      version: this.#version,
      targetDurationSec: this.#targetDurationSec,
      independentSegments: this.#independentSegments,
      serverControl: this.#serverControl,
      partTargetSec: this.#partTargetSec,
      mediaSequence: this.#mediaSequence,
      discontinuitySequence: this.#discontinuitySequence,
      skippedSegments: this.#skippedSegments,
      segments: this.#segments,
      preloadHintUri: this.#preloadHintUri,
      renditionReports: this.#reports,
      ended: this.#ended,
    };
  }

  #close(uri: string | null): void {
    const open = this.#open;
    const sum = open.parts.reduce((total, part) => total + part.durationSec, 0);
    this.#segments.push({
      msn: this.#mediaSequence + this.#skippedSegments + this.#segments.length,
      uri,
      durationSec: open.durationSec ?? sum,
      programDateTimeMs: open.programDateTimeMs,
      gap: open.gap,
      discontinuity: open.discontinuity,
      mapUri: this.#mapUri,
      parts: open.parts,
    });
    this.#open = openSegment();
  }

  #tag(name: string, value: string): void {
    switch (name) {
      case '#EXTINF':
        this.#open.durationSec = parseDecimal((value.split(',')[0] ?? '').trim());
        return;
      case '#EXT-X-DISCONTINUITY':
        this.#open.discontinuity = true;
        return;
      case '#EXT-X-GAP':
        this.#open.gap = true;
        return;
      case '#EXT-X-PROGRAM-DATE-TIME': {
        const ms = Date.parse(value);
        this.#open.programDateTimeMs = Number.isNaN(ms) ? null : ms;
        return;
      }
      case '#EXT-X-INDEPENDENT-SEGMENTS':
        this.#independentSegments = true;
        return;
      case '#EXT-X-ENDLIST':
        this.#ended = true;
        return;
      case '#EXT-X-STREAM-INF':
        refuse('it is a multivariant playlist');
        break;
      default:
        if (!this.#numberTag(name, value)) this.#attributeTag(name, parseAttributes(value));
    }
  }

  #numberTag(name: string, value: string): boolean {
    const number = parseDecimal(value.trim()) ?? undefined;
    switch (name) {
      case '#EXT-X-VERSION':
        this.#version = number ?? this.#version;
        return true;
      case '#EXT-X-TARGETDURATION':
        this.#targetDurationSec = number ?? this.#targetDurationSec;
        return true;
      case '#EXT-X-MEDIA-SEQUENCE':
        this.#mediaSequence = number ?? this.#mediaSequence;
        return true;
      case '#EXT-X-DISCONTINUITY-SEQUENCE':
        this.#discontinuitySequence = number ?? this.#discontinuitySequence;
        return true;
      default:
        return false;
    }
  }

  #attributeTag(name: string, attributes: ReadonlyMap<string, string>): void {
    const uri = attributes.get('URI');
    switch (name) {
      case '#EXT-X-PART': {
        const durationSec = numberAttribute(attributes, 'DURATION');
        const independent = attributes.get('INDEPENDENT') === 'YES';
        if (uri !== undefined && durationSec !== null) {
          this.#open.parts.push({ uri, durationSec, independent });
        }
        return;
      }
      case '#EXT-X-MAP':
        this.#mapUri = uri ?? this.#mapUri;
        return;
      case '#EXT-X-PART-INF':
        this.#partTargetSec = numberAttribute(attributes, 'PART-TARGET');
        return;
      case '#EXT-X-SKIP':
        this.#skippedSegments = numberAttribute(attributes, 'SKIPPED-SEGMENTS') ?? 0;
        return;
      case '#EXT-X-PRELOAD-HINT':
        if (uri !== undefined && attributes.get('TYPE') === 'PART') this.#preloadHintUri = uri;
        return;
      case '#EXT-X-RENDITION-REPORT':
        if (uri !== undefined) this.#reports.push(renditionReport(uri, attributes));
        return;
      case '#EXT-X-SERVER-CONTROL':
        this.#serverControl = serverControl(attributes);
    }
  }
}

function renditionReport(uri: string, attributes: ReadonlyMap<string, string>): RenditionReport {
  return {
    uri,
    lastMsn: numberAttribute(attributes, 'LAST-MSN'),
    lastPart: numberAttribute(attributes, 'LAST-PART'),
  };
}

function serverControl(attributes: ReadonlyMap<string, string>): ServerControl {
  return {
    canBlockReload: attributes.get('CAN-BLOCK-RELOAD') === 'YES',
    partHoldBackSec: numberAttribute(attributes, 'PART-HOLD-BACK'),
    holdBackSec: numberAttribute(attributes, 'HOLD-BACK'),
    canSkipUntilSec: numberAttribute(attributes, 'CAN-SKIP-UNTIL'),
  };
}
