import { ownValue } from '../base/own-value.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';

/** What the cluster's configuration says of streams and nodes. */
export interface StreamCatalogue {
  settingsOf(stream: string): StreamSettings;
  /** Region of a node; the first region for one that is not known. */
  regionOf(node: string): string;
}

/** Creates the catalogue of one configuration. */
export function createCatalogue(config: NodeConfig): StreamCatalogue {
  const regions = new Map(config.peers.map(({ name, region }) => [name, region]));
  return {
    settingsOf: (stream) => ownValue(config.streams, stream) ?? config.defaults,
    regionOf: (node) => regions.get(node) ?? config.regions[0] ?? '',
  };
}
