/** What an upgrade does on nodes, and sees of them: wherever they are (cluster-hands.ts). */
import type { NodeAnswer } from '../health/node-answer.ts';
import type { Peer } from '../nodes/node-config.ts';

export interface UpgradeHands {
  /** Digest of the program that a node's files name; null for a node that was never made. */
  programOf(node: Peer): Promise<string | null>;
  /** Whether everything on the node that should run it does. */
  runsWholly(node: Peer, digest: string): Promise<boolean>;
  /** Writes the node's files for the program and restarts its units one after the other. Throws UNHEALTHY. */
  switchUnits(node: Peer, digest: string): Promise<void>;
  /** Restarts the node's pipeline of a stream with the program that its files name; false when it runs it already. */
  switchPipeline(node: Peer, stream: string): Promise<boolean>;
  /** Streams with a pipeline on the node that runs another program than its files name. */
  stalePipelines(node: Peer): Promise<readonly string[]>;
  /** Duration of a stream's segments, milliseconds. */
  segmentMs(stream: string): number;
  /** The last lines of a unit. */
  lastLines(node: Peer, unit: string): Promise<readonly string[]>;
  /** Asks every node how it is. */
  look(): Promise<readonly NodeAnswer[]>;
  /** Plays a stream through the node and decodes a segment of it. Throws UNHEALTHY. */
  play(node: Peer, stream: string): Promise<void>;
}
