/** What runs beside a cluster on this machine, for `status`: test publishers, and how their relays are. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublisherFacts } from '../health/problems/cluster-facts.ts';
import { publishersLayout } from '../nodes/layout.ts';
import { publisherServices } from '../publisher/publisher-services.ts';
import type { RelayReport } from '../publisher/relay/relay-report.ts';
import { relayStateFile } from '../publisher/relay/relay-unit.ts';

/** Collects; nothing when there is none, or it cannot be read. */
export async function observePublishers(clusterDir: string): Promise<PublisherFacts[]> {
  const units = await publisherServices(clusterDir)
    .list()
    .catch(() => []);
  return await Promise.all(
    units.map(async (unit) => {
      const relay = unit.name.startsWith('relay-') ? await loadReport(clusterDir, unit.name) : null;
      // Who publishes nothing lacks no ingest.
      const targets = relay?.encoder.state === 'connected' ? relay.targets : [];
      return { unit, targets: targets.map(({ url, state, fault }) => ({ url, state, fault })) };
    }),
  );
}

async function loadReport(clusterDir: string, name: string): Promise<RelayReport | null> {
  const file = relayStateFile(join(publishersLayout(clusterDir).data, name));
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RelayReport;
  } catch {
    return null;
  }
}
