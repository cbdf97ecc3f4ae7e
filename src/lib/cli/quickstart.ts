/** What `npm start` does once everything is installed: up, the test picture, and a viewer in each region. */

import { constants, copyFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { nextNodeName } from '../membership/next-node-name.ts';
import { asOperator } from '../nodes/as-operator.ts';
import { loadClusterByName } from '../nodes/cluster-view.ts';
import type { LoadedSpec } from '../spec/load.ts';
import type { Rendition } from '../spec/stream-settings.ts';
import { connectStore } from '../store/store.ts';
import { detachTestPublisher, TEST_PICTURE_DEFAULTS } from '../streams/test-publisher.ts';
import { waitUntilPlayed } from '../viewer/wait-until-played.ts';
import { DEFAULT_SPEC, streamctlHome } from './context.ts';
import { ownProgram } from './own-program.ts';
import { type Place, playlistPlaces, publishPlaces, watchPlaces } from './places.ts';
import { showKeys } from './run-up-steps.ts';
import { runUp, type UpOutcome, type UpRequest } from './up-action.ts';

export interface FirstWatch {
  readonly region: string;
  /** From the request of the viewer to its first picture. */
  readonly startupMs: number;
  readonly liveEdgeSec: number;
}

export interface QuickstartOutcome {
  readonly cluster: string;
  /** False when everything ran already. */
  readonly changed: boolean;
  readonly stream: string;
  /** Null when the stream existed: its key was shown before. */
  readonly key: string | null;
  /** All streams made now; their keys are shown this once. */
  readonly streams: UpOutcome['streams'];
  /** As of `up`. */
  readonly unshown: UpOutcome['unshown'];
  readonly watch: readonly Place[];
  readonly publish: readonly Place[];
  readonly played: readonly FirstWatch[];
  /** A node that could be added. */
  readonly grow: { readonly node: string; readonly region: string };
  /** From the start of `up` to the first picture in every region. */
  readonly totalMs: number;
}

const PLAY_TIMEOUT_MS = 30_000;

/** Brings the cluster up with a picture that plays in every region. Throws what `up` throws, and UNHEALTHY. */
export async function runQuickstart(request: UpRequest): Promise<QuickstartOutcome> {
  const started = performance.now();
  await copyStarter(request);
  const up = await runUp(request);
  try {
    return await playEverywhere(up, request, started);
  } catch (error) {
    throw showKeys(error, up.streams, request);
  }
}

async function playEverywhere(
  up: UpOutcome,
  request: UpRequest,
  started: number,
): Promise<QuickstartOutcome> {
  const stream = Object.keys(up.spec.streams)[0] ?? 'demo';
  const published = await publishTestPicture(up, stream);
  request.say(
    published ? `  ✔ publishing  test picture as "${stream}"` : `  ✔ publishing  "${stream}" already`,
  );
  const played = await watchEverywhere(up.spec, stream, request.signal);
  const seconds = played.map(({ region, startupMs }) => `${region} after ${(startupMs / 1000).toFixed(1)} s`);
  const behind = Math.max(...played.map(({ liveEdgeSec }) => liveEdgeSec)).toFixed(1);
  request.say(`  ✔ watched     ${seconds.join(' · ')} · ${behind} s behind live`);
  return {
    cluster: up.spec.cluster,
    changed: up.changes.length > 0 || published,
    stream,
    key: up.streams.find(({ name }) => name === stream)?.key ?? null,
    streams: up.streams,
    unshown: up.unshown,
    watch: watchPlaces(up.spec.nodes, stream),
    publish: publishPlaces(up.spec.nodes),
    played,
    grow: suggestNode(up.spec),
    totalMs: Math.round(performance.now() - started),
  };
}

function suggestNode({ nodes, regions }: LoadedSpec): QuickstartOutcome['grow'] {
  const region = regions[0]!;
  const names = nodes.filter((node) => node.region === region).map(({ name }) => name);
  return { node: nextNodeName(names), region };
}

/** The starter spec, unless there is a spec: nobody's file is overwritten. */
async function copyStarter({ spec, root, say }: UpRequest): Promise<void> {
  if (spec !== undefined) return;
  try {
    const file = resolve(DEFAULT_SPEC);
    await copyFile(join(root, 'templates/starter.yaml'), file, constants.COPYFILE_EXCL);
    say(`  ✔ wrote       ${DEFAULT_SPEC}, from the starter`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Leaves a publisher that is there alone, whoever it is. */
async function publishTestPicture({ spec }: UpOutcome, stream: string): Promise<boolean> {
  const view = await loadClusterByName(streamctlHome(), spec.cluster);
  const store = await connectStore({ ...asOperator(view), keySecretFile: view.files.keySecret });
  try {
    const by = `${userInfo().username} (npm start)`;
    return await detachTestPublisher(view, store, {
      ...TEST_PICTURE_DEFAULTS,
      ...sizeOfTop((view.streams[stream] ?? view.defaults).ladder),
      ...{ stream, by, program: ownProgram() },
    });
  } finally {
    store.close();
  }
}

/** The test picture is as large as the largest rendition: more would be encoded to be thrown away. */
function sizeOfTop([top]: readonly Rendition[]): { width: number; height: number } {
  const { width, height } = top ?? TEST_PICTURE_DEFAULTS;
  return { width, height };
}

/** One viewer per region, all at once; resolves when every one has had its first picture. */
async function watchEverywhere(spec: LoadedSpec, stream: string, signal: AbortSignal): Promise<FirstWatch[]> {
  const places = playlistPlaces(spec.nodes, stream);
  const first = spec.regions.map((region) => places.find((place) => place.region === region)!);
  return await Promise.all(
    first.map(async ({ region, url }) => {
      const { startupMs, liveEdgeSec } = await waitUntilPlayed({ url, timeoutMs: PLAY_TIMEOUT_MS, signal });
      return { region, startupMs: Math.round(startupMs), liveEdgeSec };
    }),
  );
}
