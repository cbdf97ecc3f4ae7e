/**
 * How a look at a publisher's picture and sound travels: a script tag of the FLV that pipelines read, in its place among
 * the media, so that all of them hear of it at the same picture. Pure.
 */
import { type Fitness, UNKNOWN_FITNESS } from './fitness.ts';
import type { FlvTag } from './flv.ts';

const NAME = 'onFitness';
const STATES: readonly string[] = ['unknown', 'fit', 'doubtful', 'black', 'silent'];
const AMF_STRING = 2;

/** Formats the script tag: two AMF0 strings, a name and JSON. */
export function formatFitnessTag(fitness: Fitness, timestampMs: number): FlvTag {
  const data = Buffer.concat([formatText(NAME), formatText(JSON.stringify(fitness))]);
  return { type: 'script', timestampMs, data, isKeyFrame: false, isSequenceHeader: false };
}

/** Parses a script tag's data; null when it is another one (onMetaData). */
export function parseFitnessTag(data: Uint8Array): Fitness | null {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const name = formatText(NAME);
  if (!bytes.subarray(0, name.length).equals(name)) return null;
  try {
    const value = JSON.parse(bytes.toString('utf8', name.length + 3)) as Partial<Fitness> | null;
    const { state, sinceMs } = value ?? {};
    if (state === undefined || !STATES.includes(state)) return UNKNOWN_FITNESS;
    return { state, sinceMs: typeof sinceMs === 'number' ? sinceMs : null };
  } catch {
    return UNKNOWN_FITNESS;
  }
}

function formatText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from([AMF_STRING, bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
