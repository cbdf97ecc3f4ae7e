/** The test publisher of a stream cut off: its encoder is killed, and stays away until the undo. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { publishersLayout } from '../../nodes/layout.ts';
import { isProcessAlive } from '../../nodes/processes.ts';
import { killGroup, readStatus } from '../../nodes/runsv.ts';
import { publisherUnitName } from '../../publisher/publisher-arguments.ts';
import { publisherServices } from '../../publisher/publisher-services.ts';
import type { RelayReport } from '../../publisher/relay/relay-report.ts';
import { loadRelayConfig, relayConfigFile, relayStateFile } from '../../publisher/relay/relay-unit.ts';
import type { Fault, FaultContext } from './fault.ts';
import { keepDown } from './supervision.ts';

/** Throws NOT_FOUND when no test publisher runs: a person's encoder is not ours to stop. */
export async function dropPublisher(stream: string, { view, nowMs }: FaultContext): Promise<Fault> {
  const unit = publisherUnitName(stream);
  const found = (await publisherServices(view.dir).list()).find(({ name }) => name === unit);
  if (found === undefined || found.state === 'stopped') {
    throw new StreamctlError('NOT_FOUND', `stream ${stream} has no test publisher that a drill may stop`, {
      hint: `Start one with streamctl publish test ${stream} --detach.`,
    });
  }
  const dir = join(publishersLayout(view.dir).services, unit);
  let hit: number | null = null;
  return {
    label: `cut off the publisher of ${stream}`,
    lostNodes: [],
    touchedNodes: [],
    lasting: true,
    mediaNodes: [],
    undo: [{ kind: 'start-publisher', unit }],
    connectedMs: () => readConnected(view.dir, stream),
    inject: async () => {
      hit = await keepDown(dir);
      const atMs = nowMs();
      if (hit !== null) killGroup(hit);
      return { atMs, text: `publisher of ${stream} cut off` };
    },
    bit: async () => {
      if (hit === null || (await isProcessAlive(hit))) return null;
      return (await readStatus(dir))?.pid === null ? 'its encoder is gone' : null;
    },
  };
}

/** Asks the relay that it publishes to; without one nobody can say. */
async function readConnected(clusterDir: string, stream: string): Promise<number | null> {
  try {
    const { dir } = await loadRelayConfig(relayConfigFile(clusterDir, stream));
    const report = JSON.parse(await readFile(relayStateFile(dir), 'utf8')) as RelayReport;
    return report.encoder.sinceMs ?? null;
  } catch {
    return null;
  }
}
