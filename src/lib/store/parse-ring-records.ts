/**
 * Text to the records of the ring, with checks: whoever wrote them may be another version, or a person. What does not
 * have the shape is null and counts as not there.
 */
import { parseRecord } from './records.ts';
import type { PlacementRecord, PlannedMove, RingNode, RingRecord } from './ring-records.ts';

/** Parses a RingRecord: of this version, with an epoch from 1 and every node whole. */
export function parseRing(json: string | null | undefined): RingRecord | null {
  const ring = parseRecord(json);
  return isRing(ring) ? ring : null;
}

/** Whether a value is such a RingRecord. */
export function isRing(value: unknown): value is RingRecord {
  if (!isObject(value) || value.version !== 1) return false;
  const { epoch, balance, replicas, nodes, pins } = value;
  return (
    isWhole(epoch, 1) &&
    isNumber(balance, 1) &&
    isWhole(replicas, 1) &&
    Array.isArray(nodes) &&
    nodes.every(isRingNode) &&
    isObject(pins) &&
    Object.values(pins).every(isNames)
  );
}

/** Parses a PlacementRecord. */
export function parsePlacement(json: string | null | undefined): PlacementRecord | null {
  const record = parseRecord<PlacementRecord>(json);
  if (record === null || record.version !== 1) return null;
  const { stream, cost, region, epoch, replicas, move, createdMs } = record;
  const sound =
    typeof stream === 'string' &&
    isWhole(cost, 1) &&
    typeof region === 'string' &&
    isWhole(epoch, 0) &&
    isNames(replicas) &&
    (move === null || (isObject(move) && typeof move.from === 'string' && typeof move.to === 'string')) &&
    isNumber(createdMs, 0);
  return sound ? record : null;
}

/** Parses a PlannedMove. */
export function parsePlannedMove(json: string | null | undefined): PlannedMove | null {
  const move = parseRecord<PlannedMove>(json);
  if (move === null) return null;
  const { stream, from, to, why, epoch, order } = move;
  const sound = [stream, from, to, why].every((text) => typeof text === 'string');
  return sound && isWhole(epoch, 1) && isNumber(order, 0) ? move : null;
}

function isRingNode(value: unknown): value is RingNode {
  if (!isObject(value)) return false;
  const { name, region, host, weight, capacity, state } = value as unknown as RingNode;
  return (
    [name, region, host].every((text) => typeof text === 'string' && text !== '') &&
    isWhole(weight, 1) &&
    (capacity === null || isNumber(capacity, 0)) &&
    (state === 'active' || state === 'draining')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function isNumber(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= least;
}
