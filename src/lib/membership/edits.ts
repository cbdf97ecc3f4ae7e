/**
 * What an operator does to the ring, each as a function from the ring to the parts that it changes. Pure; throws CONFLICT
 * when there is nothing to change or it must not be, NOT_FOUND for a name that the ring does not know, USAGE for a value
 * out of bounds.
 */
import { StreamctlError } from '../base/errors.ts';
import { findNearest } from '../base/nearest.ts';
import { ownValue } from '../base/own-value.ts';
import type { RingNode, RingPatch, RingRecord } from '../store/ring-records.ts';
import { applyPatch } from './patch.ts';

/** Returns what the ring should have in the places that change. */
export type RingEdit = (ring: RingRecord) => RingPatch;

export const MAX_WEIGHT = 100;

/** Lets a node in. */
export function addNode(node: RingNode): RingEdit {
  checkWeight(node.weight);
  return (ring) => {
    if (ring.nodes.some(({ name }) => name === node.name))
      throw conflict(`${node.name} is in the ring already`);
    return { nodes: { [node.name]: node } };
  };
}

/** Takes a node out, with the pins to it. */
export function removeNode(name: string): RingEdit {
  return (ring) => {
    findNode(ring, name);
    if (ring.nodes.length === 1)
      throw conflict(`${name} is the only node of the ring`, 'Add another one first.');
    const pins = Object.entries(ring.pins).flatMap(([stream, nodes]) =>
      nodes.includes(name) ? [[stream, without(nodes, name)] as const] : [],
    );
    return { nodes: { [name]: null }, ...(pins.length === 0 ? {} : { pins: Object.fromEntries(pins) }) };
  };
}

export function setWeight(name: string, weight: number): RingEdit {
  checkWeight(weight);
  return (ring) => {
    const node = findNode(ring, name);
    if (node.weight === weight) throw conflict(`${name} has weight ${weight} already`);
    return { nodes: { [name]: { ...node, weight } } };
  };
}

/** `draining`: what it has moves away, and nothing new comes; `active` takes that back. */
export function setState(name: string, state: RingNode['state']): RingEdit {
  return (ring) => {
    const node = findNode(ring, name);
    if (node.state === state) throw conflict(`${name} is ${state} already`);
    const others = ring.nodes.filter((other) => other.name !== name && other.state === 'active');
    if (state === 'draining' && others.length === 0) {
      throw conflict(
        `${name} is the only active node: its streams have nowhere to go`,
        'Add another one first.',
      );
    }
    return { nodes: { [name]: { ...node, state } } };
  };
}

/** Lets a replica of the stream be on this node, in the place of another pin in its region. */
export function pin(stream: string, name: string): RingEdit {
  return (ring) => {
    const { region, state } = findNode(ring, name);
    const pins = ownValue(ring.pins, stream) ?? [];
    if (pins.includes(name)) throw conflict(`${stream} is pinned to ${name} already`);
    if (state !== 'active') throw conflict(`${name} is ${state}: no stream can be pinned to it`);
    const regionOf = new Map(ring.nodes.map((node) => [node.name, node.region]));
    const kept = pins.filter((other) => regionOf.get(other) !== region);
    if (kept.length >= ring.replicas) {
      const hint = 'Unpin it from one of them first.';
      throw conflict(`${stream} has ${ring.replicas} replicas, all pinned: ${kept.join(', ')}`, hint);
    }
    return { pins: { [stream]: [...kept, name].sort() } };
  };
}

/** Takes back one pin of a stream, or all. */
export function unpin(stream: string, name?: string): RingEdit {
  return (ring) => {
    const pins = ownValue(ring.pins, stream) ?? [];
    if (pins.length === 0 || (name !== undefined && !pins.includes(name))) {
      throw new StreamctlError(
        'NOT_FOUND',
        `${stream} is not pinned${name === undefined ? '' : ` to ${name}`}`,
        {
          hint: pins.length === 0 ? 'No node is pinned for it.' : `It is pinned to ${pins.join(', ')}.`,
        },
      );
    }
    return { pins: { [stream]: name === undefined ? null : without(pins, name) } };
  };
}

/** Several edits as one change: each sees what those before it made. */
export function combine(edits: readonly RingEdit[]): RingEdit {
  return (ring) => {
    const nodes: Record<string, RingNode | null> = {};
    const pins: Record<string, readonly string[] | null> = {};
    let rest: RingPatch = {};
    let now = ring;
    for (const edit of edits) {
      const patch = edit(now);
      Object.assign(nodes, patch.nodes);
      Object.assign(pins, patch.pins);
      rest = { ...rest, ...patch };
      now = applyPatch(now, patch);
    }
    return {
      ...rest,
      ...(rest.nodes === undefined ? {} : { nodes }),
      ...(rest.pins === undefined ? {} : { pins }),
    };
  };
}

function without(pins: readonly string[], name: string): readonly string[] | null {
  const left = pins.filter((other) => other !== name);
  return left.length === 0 ? null : left;
}

function findNode(ring: RingRecord, name: string): RingNode {
  const node = ring.nodes.find((other) => other.name === name);
  if (node !== undefined) return node;
  const names = ring.nodes.map((other) => other.name);
  const nearest = findNearest(name, names);
  throw new StreamctlError('NOT_FOUND', `the ring has no node ${name}`, {
    hint: nearest === null ? `It has ${names.join(', ') || 'none'}.` : `Did you mean ${nearest}?`,
  });
}

function checkWeight(weight: number): void {
  if (Number.isInteger(weight) && weight >= 1 && weight <= MAX_WEIGHT) return;
  throw new StreamctlError('USAGE', `weight ${weight} is no whole number from 1 to ${MAX_WEIGHT}`, {
    hint: 'To empty a node, drain it.',
  });
}

function conflict(message: string, hint?: string): StreamctlError {
  return new StreamctlError('CONFLICT', message, hint === undefined ? {} : { hint });
}
