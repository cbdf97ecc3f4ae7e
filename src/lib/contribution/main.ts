/**
 * The contribution daemon: what each publisher of this ingest node sends, as FLV over HTTP, for every pipeline.
 *
 * It pulls each stream once, keeps what a late pipeline needs to start at once, and knows when media time 0 was.
 * Of a stream that has a publisher elsewhere, too, it looks at picture and sound (examiner.ts) and tells what it sees
 * among the media. It does not know stream keys, and asks neither agent nor store: with both dead it goes on, and
 * killed itself it comes back under a running publisher with the same sessions.
 */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createLogger } from '../base/logger.ts';
import { untilTold } from '../base/until-told.ts';
import type { FitnessLimits } from '../media/judge-fitness.ts';
import { sessionsFile } from '../nodes/layout.ts';
import { checkNodeConfig, loadNodeConfig } from '../nodes/load-node-config.ts';
import { watchNodeClock } from '../nodes/node-clock.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import { watchJson } from '../nodes/watch-json.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';
import { createContributionServer } from './server.ts';
import { SessionRegistry } from './session-registry.ts';
import { findTwinEpoch } from './twin-epoch.ts';
import { startTwinWatch } from './twin-watch.ts';

/**
 * Runs until SIGTERM or SIGINT. Throws when the node's configuration or address cannot be used, and when the machine's clock was
 * set: its supervisor starts it anew.
 */
export async function runContribution(options: { readonly configFile: string }): Promise<void> {
  const config = await loadNodeConfig(options.configFile);
  const { node, dirs } = config;
  const watched = watchJson(options.configFile, { initial: config, parse: checkNodeConfig });
  const log = createLogger('contribution');
  await mkdir(dirs.data, { recursive: true });
  const clock = watchNodeClock(dirs.data);
  const registry = new SessionRegistry({
    file: sessionsFile(dirs.data),
    rtmpBase: `rtmp://${node.address}:${node.ports.rtmp}/live/`,
    clock,
    holdClock: clock.hold,
    log,
    limitsOf: (stream) => limitsOf(settingsOf(watched.current, stream)),
    findTwinEpoch: (own) => findTwinEpoch(own, { node: node.name, peers: watched.current.peers }),
  });
  const server = createContributionServer({ registry, address: node.address });
  // First: an agent that is told of no session ends those that the store has.
  await registry.resume();
  server.listen(node.ports.contribution, node.address);
  await once(server, 'listening');
  log.info({ address: node.address, port: node.ports.contribution }, 'listening');
  const twins = startTwinWatch({
    others: () =>
      watched.current.peers.filter(({ roles, name }) => roles.includes('ingest') && name !== node.name),
    isNeeded: () =>
      registry.list().some(({ stream }) => limitsOf(settingsOf(watched.current, stream)) !== null),
    onTwins: (streams) => registry.examine(streams),
    nowMs: clock.nowMs,
  });
  const failure = await untilTold();
  await twins.close();
  watched.close();
  clock.close();
  server.close();
  await registry.close();
  server.closeAllConnections();
  if (failure !== null) throw failure;
}

/** Null when nothing of it is to be looked at. */
function limitsOf({ reserve }: StreamSettings): FitnessLimits | null {
  return reserve === undefined || (reserve.blackSec <= 0 && reserve.silenceSec <= 0) ? null : reserve;
}
