import { ownValue } from '../base/own-value.ts';
import type { StreamSettings } from '../spec/stream-settings.ts';
import type { NodeConfig } from './node-config.ts';

/** The settings of a stream: its own in the spec, else those of every stream. */
export function settingsOf(config: Pick<NodeConfig, 'streams' | 'defaults'>, stream: string): StreamSettings {
  return ownValue(config.streams, stream) ?? config.defaults;
}
