/** Controllers for tests: in this process, or each in one of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/lib/base/clock.ts';
import { startController } from '../../src/lib/controller/start-controller.ts';
import { lookAtOrigin } from '../../src/lib/health/look-at-origin.ts';
import type { ControllerReport } from '../../src/lib/health/report.ts';
import type { RingRecord } from '../../src/lib/store/ring-records.ts';
import { keepStoreConnected, type StoreOptions } from '../../src/lib/store/store.ts';
import { watchChanges } from '../../src/lib/store/watch-changes.ts';
import type { FakeNodes } from './fake-nodes.ts';
import type { RunControllerOptions } from './run-controller.ts';

export interface RunningController {
  status(): ControllerReport | null;
  close(): Promise<void>;
}

/** Starts a controller of a node in this process. */
export async function startTestController(
  fake: FakeNodes,
  node: string,
  { redis, knownRing = null }: { readonly redis: StoreOptions; readonly knownRing?: RingRecord | null },
): Promise<RunningController> {
  const store = await keepStoreConnected(redis);
  const controller = startController({
    node,
    store,
    clock: systemClock,
    log: pino({ level: process.env.CONTROLLER_LOG ?? 'silent' }, process.stderr as never),
    config: () => fake.configOf(node),
    observe: lookAtOrigin,
    knownRing: () => knownRing,
  });
  const watch = watchChanges(store, (word) => controller.note(word));
  return {
    status: () => controller.status(),
    close: async () => {
      watch.close();
      await controller.close();
      store.close();
    },
  };
}

export interface ControllerProcess {
  readonly node: string;
  readonly pid: number;
  /** What it says of itself; null when it does not answer within the time. */
  status(): Promise<ControllerReport | null>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it for good. */
  close(): Promise<void>;
}

/** Starts a controller of a node in a process of its own. */
export function spawnController(options: RunControllerOptions): ControllerProcess {
  const child = fork(join(import.meta.dirname, 'run-controller.ts'), [JSON.stringify(options)]);
  const ended = once(child, 'exit');
  return {
    node: options.config.node.name,
    pid: child.pid!,
    status: async () => {
      if (!child.connected) return null;
      child.send('status');
      const late = AbortSignal.timeout(500);
      const answer = once(child, 'message', { signal: late }).catch(() => null);
      const [message] = (await answer) ?? [];
      return (message as { status: ControllerReport | null } | undefined)?.status ?? null;
    },
    signal: (signal) => child.kill(signal),
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
