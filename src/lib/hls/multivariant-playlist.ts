import { StreamctlError } from '../base/errors.ts';
import { numberAttribute, parseAttributes, parseDecimal, quote } from './attributes.ts';

/** EXT-X-STREAM-INF and its URI. */
export interface Variant {
  readonly uri: string;
  /** Peak bits per second, of video and audio together. */
  readonly bandwidth: number;
  readonly codecs: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
  /** GROUP-ID of the audio renditions that go with it. */
  readonly audioGroup: string | null;
  /** PATHWAY-ID; left out: there is one pathway alone. */
  readonly pathwayId?: string;
}

/** EXT-X-MEDIA of type AUDIO. */
export interface AudioRendition {
  readonly groupId: string;
  readonly name: string;
  readonly uri: string | null;
  readonly isDefault: boolean;
}

/** A multivariant playlist (RFC 8216bis section 4.4.6): which renditions there are, and where. */
export interface MultivariantPlaylist {
  readonly version: number;
  readonly independentSegments: boolean;
  readonly variants: readonly Variant[];
  readonly audio: readonly AudioRendition[];
  /** EXT-X-CONTENT-STEERING: where to ask which pathway to use, and with which to begin. */
  readonly contentSteering?: { readonly serverUri: string; readonly pathwayId: string | null };
}

/** Formats a multivariant playlist; audio renditions come before the variants that name their group. */
export function formatMultivariantPlaylist(playlist: MultivariantPlaylist): string {
  const lines = ['#EXTM3U', `#EXT-X-VERSION:${playlist.version}`];
  if (playlist.independentSegments) lines.push('#EXT-X-INDEPENDENT-SEGMENTS');
  const { contentSteering: steering } = playlist;
  if (steering !== undefined) {
    const first = steering.pathwayId === null ? '' : `,PATHWAY-ID=${quote(steering.pathwayId)}`;
    lines.push(`#EXT-X-CONTENT-STEERING:SERVER-URI=${quote(steering.serverUri)}${first}`);
  }
  for (const audio of playlist.audio) {
    const flags = audio.isDefault ? 'DEFAULT=YES,AUTOSELECT=YES' : 'DEFAULT=NO,AUTOSELECT=NO';
    const uri = audio.uri === null ? '' : `,URI=${quote(audio.uri)}`;
    lines.push(
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=${quote(audio.groupId)},NAME=${quote(audio.name)},${flags}${uri}`,
    );
  }
  for (const variant of playlist.variants) {
    lines.push(`#EXT-X-STREAM-INF:${variantAttributes(variant).join(',')}`, variant.uri);
  }
  return `${lines.join('\n')}\n`;
}

function variantAttributes(variant: Variant): string[] {
  const attributes = [`BANDWIDTH=${variant.bandwidth}`];
  if (variant.codecs !== null) attributes.push(`CODECS=${quote(variant.codecs)}`);
  if (variant.width !== null && variant.height !== null) {
    attributes.push(`RESOLUTION=${variant.width}x${variant.height}`);
  }
  if (variant.frameRate !== null) attributes.push(`FRAME-RATE=${variant.frameRate.toFixed(3)}`);
  if (variant.audioGroup !== null) attributes.push(`AUDIO=${quote(variant.audioGroup)}`);
  if (variant.pathwayId !== undefined) attributes.push(`PATHWAY-ID=${quote(variant.pathwayId)}`);
  return attributes;
}

/**
 * Parses a multivariant playlist; unknown tags are passed over. Throws NONCONFORMANT when the text does not
 * start with #EXTM3U or names no variant.
 */
export function parseMultivariantPlaylist(text: string): MultivariantPlaylist {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (lines[0]?.replace(/^\uFEFF/, '') !== '#EXTM3U') refuse('its first line is not #EXTM3U');
  let version = 1;
  let pending: ReadonlyMap<string, string> | null = null;
  let contentSteering: MultivariantPlaylist['contentSteering'];
  const variants: Variant[] = [];
  const audio: AudioRendition[] = [];
  for (const line of lines) {
    const value = line.slice(line.indexOf(':') + 1);
    if (line.startsWith('#EXT-X-VERSION:')) version = parseDecimal(value) ?? version;
    else if (line.startsWith('#EXT-X-STREAM-INF:')) pending = parseAttributes(value);
    else if (line.startsWith('#EXT-X-CONTENT-STEERING:'))
      contentSteering = parseSteering(parseAttributes(value));
    else if (line.startsWith('#EXT-X-MEDIA:')) pushAudio(audio, parseAttributes(value));
    else if (line !== '' && !line.startsWith('#') && pending !== null) {
      variants.push(parseVariant(line, pending));
      pending = null;
    }
  }
  if (variants.length === 0) refuse('it names no variant');
  return {
    ...{ version, independentSegments: lines.includes('#EXT-X-INDEPENDENT-SEGMENTS'), variants, audio },
    ...(contentSteering === undefined ? {} : { contentSteering }),
  };
}

function parseSteering(attributes: ReadonlyMap<string, string>): MultivariantPlaylist['contentSteering'] {
  const serverUri = attributes.get('SERVER-URI');
  return serverUri === undefined ? undefined : { serverUri, pathwayId: attributes.get('PATHWAY-ID') ?? null };
}

function refuse(reason: string): never {
  throw new StreamctlError('NONCONFORMANT', `multivariant playlist can't be parsed: ${reason}`);
}

function pushAudio(audio: AudioRendition[], attributes: ReadonlyMap<string, string>): void {
  if (attributes.get('TYPE') !== 'AUDIO') return;
  audio.push({
    groupId: attributes.get('GROUP-ID') ?? '',
    name: attributes.get('NAME') ?? '',
    uri: attributes.get('URI') ?? null,
    isDefault: attributes.get('DEFAULT') === 'YES',
  });
}

function parseVariant(uri: string, attributes: ReadonlyMap<string, string>): Variant {
  const resolution = /^(\d{1,6})x(\d{1,6})$/.exec(attributes.get('RESOLUTION') ?? '');
  return {
    uri,
    bandwidth: numberAttribute(attributes, 'BANDWIDTH') ?? 0,
    codecs: attributes.get('CODECS') ?? null,
    width: resolution === null ? null : Number(resolution[1]),
    height: resolution === null ? null : Number(resolution[2]),
    frameRate: numberAttribute(attributes, 'FRAME-RATE'),
    audioGroup: attributes.get('AUDIO') ?? null,
    ...(attributes.has('PATHWAY-ID') ? { pathwayId: attributes.get('PATHWAY-ID')! } : {}),
  };
}
