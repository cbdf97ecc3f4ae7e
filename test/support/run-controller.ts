/** A controller in a process of its own, for tests: `run-controller.ts OPTIONS`; answers each message with its status. */
import { pino } from 'pino';
import { systemClock } from '../../src/lib/base/clock.ts';
import { startController } from '../../src/lib/controller/start-controller.ts';
import { lookAtOrigin } from '../../src/lib/health/look-at-origin.ts';
import type { NodeConfig } from '../../src/lib/nodes/node-config.ts';
import type { RingRecord } from '../../src/lib/store/ring-records.ts';
import { keepStoreConnected, type StoreOptions } from '../../src/lib/store/store.ts';
import { watchChanges } from '../../src/lib/store/watch-changes.ts';

export interface RunControllerOptions {
  readonly config: NodeConfig;
  readonly redis: StoreOptions;
  readonly knownRing: RingRecord | null;
}

const options = JSON.parse(process.argv[2]!) as RunControllerOptions;
const store = await keepStoreConnected(options.redis);
const controller = startController({
  node: options.config.node.name,
  store,
  clock: systemClock,
  log: pino({ level: process.env.CONTROLLER_LOG ?? 'silent' }, process.stderr),
  config: () => options.config,
  observe: lookAtOrigin,
  knownRing: () => options.knownRing,
});
const watch = watchChanges(store, (word) => controller.note(word));
process.on('message', () => process.send!({ atMs: Date.now(), status: controller.status() }));
process.on('SIGTERM', () => {
  watch.close();
  void controller.close().then(() => process.exit(0));
});
process.on('disconnect', () => process.exit(1));
