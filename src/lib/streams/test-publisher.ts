/** The test publisher of a stream: gets it a key of its own, and runs it here or as a unit of an ingest node. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { clusterLayout, nodeLayout } from '../nodes/layout.ts';
import type { Peer } from '../nodes/node-config.ts';
import { createRunitServices } from '../nodes/runit.ts';
import type { ServiceManager } from '../nodes/service-manager.ts';
import { findFont } from '../publisher/find-font.ts';
import {
  formatKeyFile,
  formatPublisherUnit,
  publisherUnitName,
  type TestPublisher,
} from '../publisher/publisher-arguments.ts';
import type { Store } from '../store/store.ts';
import { replaceTestKey } from './streams.ts';

export interface TestPublisherChoice {
  readonly stream: string;
  /** Region of the ingest; the first that has one when absent. */
  readonly region?: string | undefined;
  readonly width: number;
  readonly height: number;
  /** As a fraction, `30/1`. */
  readonly fps: string;
  readonly kbps: number;
  readonly audio: boolean;
  /** Who asks, for the audit trail. */
  readonly by: string;
}

/** What `publish test` publishes unless told otherwise. */
export const TEST_PICTURE_DEFAULTS = {
  width: 1280,
  height: 720,
  fps: '30/1',
  kbps: 3000,
  audio: true,
} as const;

/**
 * Makes the stream's test key, writes it where only the publisher reads it, and returns the publisher to run.
 * Throws NOT_FOUND for an unknown stream or region, PACKAGE_MISSING without a font.
 */
export async function prepareTestPublisher(
  view: ClusterView,
  store: Store,
  choice: TestPublisherChoice,
): Promise<TestPublisher> {
  const ingest = chooseIngest(view, choice.region);
  const fontFile = await findFont();
  const { key } = await replaceTestKey(store, { name: choice.stream, by: choice.by });
  const { secrets } = clusterLayout(view.dir);
  const keyFile = join(secrets, `publisher-${choice.stream}`);
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  await writeFile(`${keyFile}.next`, formatKeyFile(key), { mode: 0o600 });
  await rename(`${keyFile}.next`, keyFile);
  const { stream, width, height, fps, kbps, audio } = choice;
  const { address, ports } = ingest;
  return { stream, width, height, fps, kbps, audio, fontFile, keyFile, address, rtmpPort: ports.rtmp };
}

/**
 * Keeps a test publisher running as a unit of an ingest node. One that runs already is left as it is.
 * Returns whether it was started.
 */
export async function detachTestPublisher(
  view: ClusterView,
  store: Store,
  choice: TestPublisherChoice,
): Promise<boolean> {
  const services = servicesOf(view, chooseIngest(view, choice.region));
  const name = publisherUnitName(choice.stream);
  const running = (await services.list()).some((unit) => unit.name === name && unit.state === 'running');
  if (running) return false;
  await services.install(formatPublisherUnit(await prepareTestPublisher(view, store, choice)));
  await services.start(name);
  return true;
}

/** Ends the stream's detached test publisher wherever it runs; returns whether there was one. */
export async function stopTestPublisher(view: ClusterView, stream: string): Promise<boolean> {
  const name = publisherUnitName(stream);
  let found = false;
  for (const ingest of view.peers.filter(({ roles }) => roles.includes('ingest'))) {
    const services = servicesOf(view, ingest);
    if (!(await services.list()).some((unit) => unit.name === name)) continue;
    await services.remove(name);
    found = true;
  }
  return found;
}

function chooseIngest(view: ClusterView, region: string | undefined): Peer {
  const ingest = view.peers.find(
    (peer) => peer.roles.includes('ingest') && (region === undefined || peer.region === region),
  );
  if (ingest !== undefined) return ingest;
  throw new StreamctlError(
    'NOT_FOUND',
    region === undefined ? `cluster ${view.name} has no ingest node` : `region ${region} has no ingest node`,
    { hint: `Regions of the cluster: ${view.regions.join(', ')}.` },
  );
}

function servicesOf(view: ClusterView, ingest: Peer): ServiceManager {
  const layout = nodeLayout(view.dir, ingest.name);
  return createRunitServices({
    mode: 'dynamic',
    dir: layout.services,
    logDir: layout.log,
    clusterDir: view.dir,
  });
}
