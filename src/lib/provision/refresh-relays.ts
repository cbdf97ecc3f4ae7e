/** Relays beside the cluster run this program too, and send to the ingests that the spec has now. */
import { join } from 'node:path';
import { publishersLayout } from '../nodes/layout.ts';
import { readStarted } from '../nodes/runit.ts';
import { digestUnit } from '../nodes/runit-files.ts';
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

/** Installs and restarts what differs. A relay that is not running is left so. */
export async function refreshRelays({ layout, spec, program, changes }: UpContext): Promise<void> {
  const { services: folder } = publishersLayout(layout.dir);
  const services = publisherServices(layout.dir);
  const { entry, nodeBinary } = program!;
  for (const stream of await listRelays(layout.dir)) {
    const config = await loadRelayConfig(relayConfigFile(layout.dir, stream)).catch(() => null);
    if (config === null) continue;
    const name = relayUnitName(stream);
    const targets = chooseTargets(spec.nodes);
    const unit = formatRelayUnit(layout.dir, stream, { nodeBinary, program: entry });
    const started = await readStarted(join(folder, name));
    const fresh = started === null || started.digest === digestUnit(unit);
    if (fresh && targets.join() === config.targets.join()) continue;
    await changes.step(null, `restart ${name}: ${fresh ? 'other ingests' : 'another program'}`, async () => {
      await saveRelayConfig(layout.dir, { ...config, targets });
      await services.install(unit);
      if (started !== null) await services.restart(name);
    });
  }
}
