/** The relay of a test publisher: started beside the cluster, and brought to a new program by `up`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { probePort } from '../health/ask-node.ts';
import type { ClusterView } from '../nodes/cluster-view.ts';
import { nodeLayout, publishersLayout } from '../nodes/layout.ts';
import { loadNodeConfig } from '../nodes/load-node-config.ts';
import { canListen } from '../nodes/port-holder.ts';
import { waitUntil } from '../nodes/runsv.ts';
import { publisherServices } from '../publisher/publisher-services.ts';
import { chooseTargets, listRelayAddresses } from '../publisher/relay/choose-targets.ts';
import type { ListenAddress } from '../publisher/relay/play-path.ts';
import {
  formatRelayUnit,
  type RelayProgram,
  relayUnitName,
  saveRelayConfig,
} from '../publisher/relay/relay-unit.ts';

const OPEN_MS = 8_000;
const PROBE_MS = 200;

/** Starts the relay of a stream on a free address of the cluster's; resolves when it listens. Throws ENVIRONMENT. */
export async function startTestRelay(
  view: ClusterView,
  stream: string,
  { keyFile, program }: { readonly keyFile: string; readonly program: RelayProgram },
): Promise<ListenAddress> {
  const listen = await findAddress(view);
  const name = relayUnitName(stream);
  const dir = join(publishersLayout(view.dir).data, name);
  const targets = chooseTargets(view.peers);
  await saveRelayConfig(view.dir, { version: 1, stream, listen, targets, keyFile, dir });
  // Of nodes on other machines there is no program here.
  const local = view.ssh === null;
  const files = local
    ? (await loadNodeConfig(nodeLayout(view.dir, view.peers[0]!.name).config)).files
    : program;
  const services = publisherServices(view.dir);
  await services.install(formatRelayUnit(view.dir, stream, files));
  await services.start(name);
  const open = async (): Promise<boolean> =>
    (await probePort(listen.address, listen.port, PROBE_MS)) === 'open';
  if (await waitUntil(open, OPEN_MS)) return listen;
  const said = (await services.lastLines(name, 1)).join('');
  throw new StreamctlError('ENVIRONMENT', `the relay of ${stream} does not listen: ${said || 'no word'}`, {
    hint: `Look at \`streamctl logs ${name}\`.`,
  });
}

async function findAddress(view: ClusterView): Promise<ListenAddress> {
  for (const one of listRelayAddresses(view.peers)) if (await canListen(one.address, one.port)) return one;
  throw new StreamctlError('ENVIRONMENT', 'no address of this cluster is free for a relay');
}

/** Names the streams that have a relay beside the cluster. */
export async function listRelays(clusterDir: string): Promise<string[]> {
  const names = await readdir(publishersLayout(clusterDir).data).catch((): string[] => []);
  return names.flatMap((name) => /^relay-(.+)\.json$/.exec(name)?.[1] ?? []).sort();
}
