/** What publishes from beside the cluster: up again after a `down`, with this program, to the ingests of this spec. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishersLayout } from '../nodes/layout.ts';
import { dynamicServices } from '../nodes/node-services.ts';
import { isSupervised } from '../nodes/runsv.ts';
import { publisherServices } from '../publisher/publisher-services.ts';
import { chooseTargets } from '../publisher/relay/choose-targets.ts';
import {
  formatRelayUnit,
  loadRelayConfig,
  relayConfigFile,
  relayUnitName,
  saveRelayConfig,
} from '../publisher/relay/relay-unit.ts';
import { listRelays } from '../streams/test-relay.ts';
import type { UpContext } from './context.ts';

/** Brings relays and test publishers to where they should be; one that was stopped on purpose is left so. */
export async function refreshPublishers(context: UpContext): Promise<void> {
  await refreshRelays(context);
  const { layout, nodes, changes } = context;
  // Versions before kept test publishers on ingest nodes.
  const onNodes = nodes.map(({ node }) => dynamicServices(layout.dir, node.name));
  for (const services of [publisherServices(layout.dir), ...onNodes]) {
    const lost = (await services.list()).filter(
      ({ name, state }) => /^(publisher|relay)-/.test(name) && state === 'failed',
    );
    // Relays first: a publisher finds nobody without.
    for (const { name } of lost.sort((a, b) => b.name.localeCompare(a.name))) {
      await changes.step(null, `start ${name} again`, () => services.start(name));
    }
  }
}

async function refreshRelays({ layout, spec, program, changes }: UpContext): Promise<void> {
  const { services: folder } = publishersLayout(layout.dir);
  const services = publisherServices(layout.dir);
  const { entry, nodeBinary } = program!;
  for (const stream of await listRelays(layout.dir)) {
    const config = await loadRelayConfig(relayConfigFile(layout.dir, stream)).catch(() => null);
    if (config === null) continue;
    const name = relayUnitName(stream);
    const targets = chooseTargets(spec.nodes);
    const unit = formatRelayUnit(layout.dir, stream, { nodeBinary, program: entry });
    const installed = await readFile(join(folder, name, 'run'), 'utf8').catch(() => entry);
    const fresh = installed.includes(entry);
    if (fresh && targets.join() === config.targets.join()) continue;
    await changes.step(null, `restart ${name}: ${fresh ? 'other ingests' : 'another program'}`, async () => {
      await saveRelayConfig(layout.dir, { ...config, targets });
      await services.install(unit);
      if (await isSupervised(join(folder, name))) await services.restart(name);
    });
  }
}
