/**
 * The test publisher of a stream: gets it a key of its own, and runs it here or as a unit of no node. In a cluster of
 * two regions the unit publishes by way of a relay, so that the loss of an ingest costs nothing.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
import { publisherServices } from '../publisher/publisher-services.ts';
import { chooseTargets } from '../publisher/relay/choose-targets.ts';
import type { ListenAddress } from '../publisher/relay/play-path.ts';
import { type RelayProgram, relayConfigFile, relayUnitName } from '../publisher/relay/relay-unit.ts';
import { publicHost } from '../spec/public-urls.ts';
import type { Store } from '../store/store.ts';
import { replaceTestKey } from './streams.ts';
import { startTestRelay } from './test-relay.ts';

export interface TestPublisherChoice {
  readonly stream: string;
  /** Region of the ingest. When absent: two regions by way of a relay, or the first where it runs in the foreground. */
  readonly region?: string | undefined;
  readonly width: number;
  readonly height: number;
  /** As a fraction, `30/1`. */
  readonly fps: string;
  readonly kbps: number;
  readonly audio: boolean;
  /** Who asks, for the audit trail. */
  readonly by: string;
  /** This program, for what runs here beside nodes that are elsewhere. */
  readonly program: RelayProgram;
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
  const { key } = await replaceTestKey(store, { name: choice.stream, by: choice.by });
  const to = { address: publicHost(ingest), port: ingest.ports.rtmp };
  return await describePublisher(view, choice, { ...to, playPath: key });
}

/**
 * Keeps a test publisher running. One that runs already is left as it is; one of an earlier version, which was part of
 * an ingest node, is replaced. Returns whether it was started.
 */
export async function detachTestPublisher(
  view: ClusterView,
  store: Store,
  choice: TestPublisherChoice,
): Promise<boolean> {
  const services = publisherServices(view.dir);
  const name = publisherUnitName(choice.stream);
  const running = (await services.list()).some((unit) => unit.name === name && unit.state === 'running');
  if (running) return false;
  await stopTestPublisher(view, choice.stream);
  const relayed = choice.region === undefined && chooseTargets(view.peers).length > 1;
  const publisher = relayed
    ? await prepareRelayed(view, store, choice)
    : await prepareTestPublisher(view, store, choice);
  await services.install(formatPublisherUnit(publisher));
  await services.start(name);
  return true;
}

/** Ends the stream's detached test publisher and its relay, wherever they run; returns whether there was one. */
export async function stopTestPublisher(view: ClusterView, stream: string): Promise<boolean> {
  const name = publisherUnitName(stream);
  const ingests = view.peers.filter(({ roles }) => roles.includes('ingest'));
  let found = false;
  for (const services of [publisherServices(view.dir), ...ingests.map((node) => servicesOf(view, node))]) {
    const known = (await services.list()).map((unit) => unit.name);
    for (const unit of [name, relayUnitName(stream)]) if (known.includes(unit)) await services.remove(unit);
    found ||= known.includes(name);
  }
  await rm(relayConfigFile(view.dir, stream), { force: true });
  return found;
}

/** The relay knows the key, the publisher does not need it. */
async function prepareRelayed(
  view: ClusterView,
  store: Store,
  choice: TestPublisherChoice,
): Promise<TestPublisher> {
  const { stream, by } = choice;
  const { key } = await replaceTestKey(store, { name: stream, by });
  const keyFile = await saveSecret(view, relayUnitName(stream), `${key}\n`);
  const listen = await startTestRelay(view, stream, { keyFile, program: choice.program });
  return await describePublisher(view, choice, { ...listen, playPath: stream });
}

async function describePublisher(
  view: ClusterView,
  choice: TestPublisherChoice,
  to: ListenAddress & { readonly playPath: string },
): Promise<TestPublisher> {
  const { stream, width, height, fps, kbps, audio } = choice;
  const fontFile = await findFont();
  const keyFile = await saveSecret(view, publisherUnitName(stream), formatKeyFile(to.playPath));
  return {
    stream,
    width,
    height,
    fps,
    kbps,
    audio,
    fontFile,
    keyFile,
    address: to.address,
    rtmpPort: to.port,
  };
}

async function saveSecret(view: ClusterView, name: string, text: string): Promise<string> {
  const { secrets } = clusterLayout(view.dir);
  const file = join(secrets, name);
  await mkdir(secrets, { recursive: true, mode: 0o700 });
  await writeFile(`${file}.next`, text, { mode: 0o600 });
  await rename(`${file}.next`, file);
  return file;
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

/** Where versions before kept test publishers. */
function servicesOf(view: ClusterView, ingest: Peer): ServiceManager {
  const layout = nodeLayout(view.dir, ingest.name);
  return createRunitServices({
    mode: 'dynamic',
    dir: layout.services,
    logDir: layout.log,
    clusterDir: view.dir,
  });
}
