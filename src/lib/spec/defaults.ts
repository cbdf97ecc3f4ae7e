/** What a spec need not say: every default in one place, and applying them. Pure. */
import type { Ports } from '../nodes/node-config.ts';
import type { RawMedia, RawPorts } from './schema.ts';
import type { StreamSettings } from './stream-settings.ts';

export const DEFAULT_PORTS: Ports = {
  rtmp: 1935,
  http: 8080,
  origin: 8081,
  agent: 8082,
  contribution: 8083,
  redis: 6379,
  sentinel: 26379,
};

/** How machines are reached when the spec does not say. */
export const DEFAULT_SSH = { parallel: 16, connectTimeoutSec: 10 } as const;

/** UDP, as WireGuard has it everywhere. */
export const DEFAULT_MESH_PORT = 51820;

/** Twice, so that losing a node or a region ends no stream. */
export const DEFAULT_RING = { balance: 1.25, replicas: 2 } as const;

const DEFAULT_RESERVE = { blackSec: 2, silenceSec: 5 } as const;

export const DEFAULT_SETTINGS: StreamSettings = {
  segmentSec: 2,
  partSec: 0.5,
  dvrSec: 300,
  ladder: [
    { name: '720p', width: 1280, height: 720, videoKbps: 2500 },
    { name: '480p', width: 854, height: 480, videoKbps: 1000 },
    { name: '240p', width: 426, height: 240, videoKbps: 400 },
  ],
  audioKbps: 128,
  encoder: 'libx264',
  preset: 'superfast',
  video: 'encode',
  shedTopRendition: true,
  slate: { afterSec: 0.6, maxSec: 600, text: 'We will be right back' },
  reserve: DEFAULT_RESERVE,
};

/** Returns `base` with the settings that `media` names; the ladder is sorted, highest first. */
export function applyMedia(base: StreamSettings, media: RawMedia | undefined): StreamSettings {
  const { audio, slate, reserve, ladder, ...rest } = media ?? {};
  const sorted = [...(ladder ?? base.ladder)].sort(
    (a, b) => b.height - a.height || b.videoKbps - a.videoKbps,
  );
  return {
    ...base,
    ...withoutUndefined(rest),
    ladder: sorted,
    audioKbps: audio?.kbps ?? base.audioKbps,
    slate: { ...base.slate, ...withoutUndefined(slate ?? {}) },
    reserve: { ...DEFAULT_RESERVE, ...base.reserve, ...withoutUndefined(reserve ?? {}) },
  };
}

/** Returns the ports of a node: its own, else the cluster's, else the usual ones. */
export function applyPorts(cluster: RawPorts | undefined, node: RawPorts | undefined): Ports {
  return { ...DEFAULT_PORTS, ...withoutUndefined(cluster ?? {}), ...withoutUndefined(node ?? {}) };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Returns an object without the keys whose value is undefined. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
