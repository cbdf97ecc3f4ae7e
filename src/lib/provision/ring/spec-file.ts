/** The spec file while a command changes it: read, edited, checked, and replaced as a whole. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { StreamctlError } from '../../base/errors.ts';
import type { ClusterRecord } from '../../nodes/cluster-view.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { editSpec, nodeOfEdit, type SpecEdit } from '../../spec/edit/edit-spec.ts';
import type { IncludedText } from '../../spec/include/included-text.ts';
import { readSpec, specInvalid } from '../../spec/load.ts';
import { parseSpec } from '../../spec/parse-spec.ts';
import type { Spec } from '../../spec/resolve-spec.ts';
import type { RawSpec } from '../../spec/schema.ts';
import { writeWholeFile } from '../write-file.ts';

export interface SpecFile {
  /** Absolute, links followed. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  readonly spec: Spec;
  /** As it is written, includes and all. */
  readonly raw: RawSpec;
  /** What it includes, which no command changes. */
  readonly includes: readonly IncludedText[];
  /** Nodes that come from there, or have a part there: name → `inventory.yaml:4`. */
  readonly included: ReadonlyMap<string, string>;
}

/** Loads a spec file to change it. Throws NOT_FOUND, ENVIRONMENT or SPEC_INVALID. */
export async function loadSpecFile(file: string): Promise<SpecFile> {
  try {
    const path = await realpath(file);
    const [{ parsed, text, includes }, { mode }] = await Promise.all([readSpec(path), stat(path)]);
    if (parsed.spec === null) throw specInvalid(file, parsed.diagnostics);
    const { spec, raw, included } = parsed;
    return { path, text, mode: mode & 0o777, spec, raw, includes, included };
  } catch (cause) {
    if (cause instanceof StreamctlError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT';
    throw new StreamctlError(
      missing ? 'NOT_FOUND' : 'ENVIRONMENT',
      `read the spec ${file}: ${code ?? String(cause)}`,
      {
        hint: 'The cluster was made from this file; put it back, then try again.',
        cause,
      },
    );
  }
}

/** The file with these edits made, and nothing written. Throws CONFLICT when what comes out is no valid spec. */
export function editSpecFile(file: SpecFile, edits: readonly SpecEdit[]): SpecFile {
  for (const edit of edits) refuseIncluded(file, edit);
  const text = edits.reduce(editSpec, file.text);
  const { spec, raw, diagnostics } = parseSpec(text, file.path, file.includes);
  if (spec === null) {
    throw new StreamctlError('CONFLICT', `the spec would be invalid: ${diagnostics[0]?.message ?? ''}`, {
      hint: 'Nothing was changed. Add what would be lacking first, or choose other values.',
      details: { faults: diagnostics.map(({ message }) => message) },
    });
  }
  refuseSideEffects(file.spec, spec, edits);
  return { ...file, text, spec, raw };
}

/** Writes the file as a whole; does nothing when it is so already. */
export async function writeSpecFile(file: SpecFile): Promise<void> {
  if ((await readFile(file.path, 'utf8')) === file.text) return;
  await writeWholeFile(file.path, file.text, file.mode);
}

/**
 * Throws CONFLICT when the file has changes that `up` has not applied, which this command would apply on the way. Changes
 * of the node that the command is about are its own, of a run that was killed.
 */
export function refuseUnapplied({ path, spec }: SpecFile, record: ClusterRecord, own: string | null): void {
  const { regions, streams, defaults, block } = spec;
  const known = {
    regions: record.regions,
    streams: record.streams,
    defaults: record.defaults,
    block: record.block,
  };
  const others = (peers: readonly Peer[]): Peer[] => peers.filter(({ name }) => name !== own);
  // The record went through JSON, which leaves out what is undefined.
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  const same =
    isDeepStrictEqual(plain({ regions, streams, defaults, block }), plain(known)) &&
    isDeepStrictEqual(plain(others(spec.nodes)), plain(others(record.peers)));
  if (same) return;
  throw new StreamctlError('CONFLICT', `${path} has changes that are not applied yet`, {
    hint: 'Run streamctl up first (streamctl plan says what it would do).',
  });
}

/** An include may be made by a program: it is read, never written. */
function refuseIncluded({ path, included }: SpecFile, edit: SpecEdit): void {
  const name = nodeOfEdit(edit);
  const place = name === null ? undefined : included.get(name);
  if (place === undefined) return;
  throw new StreamctlError('CONFLICT', `node ${name} is written in ${place}, which ${path} includes`, {
    hint: `Change it there, then run streamctl up: it moves streams before it stops anything.`,
    details: { node: name, place },
  });
}

/** Nodes without a number in their name have addresses by position: they must not move for another one's sake. */
function refuseSideEffects(before: Spec, after: Spec, edits: readonly SpecEdit[]): void {
  const meant = new Set(edits.map(nodeOfEdit));
  const addresses = new Map(after.nodes.map(({ name, address }) => [name, address]));
  for (const { name, address } of before.nodes) {
    const next = addresses.get(name);
    if (meant.has(name) || next === address) continue;
    throw new StreamctlError(
      'CONFLICT',
      `node ${name} would change its address from ${address} to ${next ?? 'none'}`,
      {
        hint: `Set address: ${address} on node ${name} in the spec, run streamctl up, then try again.`,
      },
    );
  }
}
