/**
 * Changing the nodes and regions of a spec in its text: comments, order and spacing stay as the operator wrote them.
 *
 * The parsed document only says where things are; what is written is a splice of the text, because writing the
 * document anew would reformat lines that nobody asked to change. Each edit is checked: the new text must parse to
 * the old value with the edit made and nothing else, or the edit is refused. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { StreamctlError } from '../../base/errors.ts';
import type { Role } from '../../nodes/node-config.ts';
import { asRecord, type Loose, listAt } from '../loose.ts';
import { editRegions, type RegionEdit } from './edit-regions.ts';
import { formatNode } from './format-node.ts';
import { nodeAt, removeKey, setScalar } from './splice-map.ts';
import { insertEntry, itemsOf, removeEntry, styleOf } from './splice-sequence.ts';

/** A node to be written; null values are left out. */
export interface NodeEntry {
  readonly name: string;
  readonly region: string;
  readonly roles: readonly Role[];
  /** Of its machine; absent or null for an address of this machine. */
  readonly host?: string | null;
  readonly address: string | null;
  readonly weight: number | null;
  readonly capacity: number | null;
  readonly viewers?: number | null;
  /** Ports that differ from the cluster's. */
  readonly ports?: Readonly<Record<string, number>> | null;
}

export type SpecEdit =
  | { readonly kind: 'add-node'; readonly node: NodeEntry }
  | { readonly kind: 'remove-node'; readonly name: string }
  /** `null` removes the key. */
  | {
      readonly kind: 'set-number';
      readonly name: string;
      readonly key: 'weight' | 'capacity';
      readonly value: number | null;
    }
  /** Holds a node to the address that it has. */
  | { readonly kind: 'set-address'; readonly name: string; readonly address: string }
  | { readonly kind: 'add-role' | 'drop-role'; readonly name: string; readonly role: Role }
  | RegionEdit;

type NodeEdit = Exclude<SpecEdit, RegionEdit>;

/**
 * Makes an edit. A node is added behind the last one of its region, else at the end. Throws NOT_FOUND for an unknown
 * node, and CONFLICT, saying what to write by hand, where the file uses what cannot be edited safely (aliases).
 */
export function editSpec(text: string, edit: SpecEdit): string {
  return isRegionEdit(edit) ? editRegions(text, edit) : editNodes(text, edit);
}

/** The node that an edit is about; null of one that is about a region. */
export function nodeOfEdit(edit: SpecEdit): string | null {
  return isRegionEdit(edit) ? null : nameOf(edit);
}

function isRegionEdit(edit: SpecEdit): edit is RegionEdit {
  return edit.kind === 'add-region' || edit.kind === 'remove-region';
}

function editNodes(text: string, edit: NodeEdit): string {
  const document = parseDocument(text, { keepSourceTokens: true });
  const nodes = document.get('nodes', true);
  if (document.errors.length > 0 || !isSeq(nodes) || itemsOf(nodes) === null) throw notEditable(edit);
  const before = asRecord(document.toJS());
  const index = listAt(before, 'nodes').findIndex(({ name }) => name === nameOf(edit));
  if (edit.kind !== 'add-node' && index === -1) {
    throw new StreamctlError('NOT_FOUND', `the spec has no node ${nameOf(edit)}`);
  }
  const edited =
    edit.kind === 'add-node' ? addNode(text, document, edit.node) : change(text, { nodes, index }, edit);
  if (edited === null || !isDeepStrictEqual(readValue(edited), expect(before, index, edit)))
    throw notEditable(edit);
  return edited;
}

function nameOf(edit: NodeEdit): string {
  return edit.kind === 'add-node' ? edit.node.name : edit.name;
}

function addNode(text: string, document: Document, node: NodeEntry): string | null {
  const nodes = document.get('nodes', true) as YAMLSeq;
  const count = nodes.items.length;
  if (count === 0) return null;
  const regions = listAt(asRecord(document.toJS()), 'nodes').map(({ region }) => region);
  const mate = regions.lastIndexOf(node.region);
  const index = mate === -1 ? count - 1 : mate;
  const style = styleOf(text, nodes, index);
  const like = nodes.items[index];
  const inBraces = style.flow || !isMap(like) || like.flow === true;
  return insertEntry(text, nodes, { index, entry: formatNode(node, inBraces ? null : style) });
}

interface EntryPlace {
  readonly nodes: YAMLSeq;
  readonly index: number;
}

function change(
  text: string,
  { nodes, index }: EntryPlace,
  edit: Exclude<NodeEdit, { kind: 'add-node' }>,
): string | null {
  if (edit.kind === 'remove-node') return removeEntry(text, nodes, index);
  const item = nodes.items[index];
  if (!isMap(item)) return null;
  if (edit.kind === 'set-number') {
    const { key, value } = edit;
    return value === null ? removeKey(text, item, key) : setScalar(text, item, { key, value });
  }
  if (edit.kind === 'set-address') return setScalar(text, item, { key: 'address', value: edit.address });
  return changeRoles(text, item, edit);
}

function changeRoles(
  text: string,
  item: YAMLMap,
  { kind, role }: { readonly kind: 'add-role' | 'drop-role'; readonly role: Role },
): string | null {
  const roles = nodeAt(item, 'roles');
  const written = itemsOf(roles);
  if (!isSeq(roles) || written === null || written.length === 0) return null;
  if (kind === 'add-role') return insertEntry(text, roles, { index: written.length - 1, entry: role });
  const index = roles.items.findIndex((one) => (one as { value?: unknown }).value === role);
  return index === -1 ? null : removeEntry(text, roles, index);
}

function readValue(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? null : document.toJS();
}

/** The value that the edited text must have. */
function expect(before: Loose, index: number, edit: NodeEdit): Loose {
  const nodes = [...(before.nodes as Loose[])];
  const own = nodes[index] ?? {};
  const roles = (own.roles ?? []) as unknown[];
  if (edit.kind === 'add-node') {
    const mate = nodes.map(({ region }) => region).lastIndexOf(edit.node.region);
    nodes.splice(mate === -1 ? nodes.length : mate + 1, 0, withoutNull(edit.node));
  } else if (edit.kind === 'remove-node') nodes.splice(index, 1);
  else if (edit.kind === 'set-number') nodes[index] = withoutNull({ ...own, [edit.key]: edit.value });
  else if (edit.kind === 'set-address') nodes[index] = { ...own, address: edit.address };
  else if (edit.kind === 'add-role') nodes[index] = { ...own, roles: [...roles, edit.role] };
  else nodes[index] = { ...own, roles: roles.filter((role) => role !== edit.role) };
  return { ...before, nodes };
}

function withoutNull(record: object): Loose {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value != null));
}

function notEditable(edit: NodeEdit): StreamctlError {
  return new StreamctlError(
    'CONFLICT',
    'the list of nodes in the spec is written in a way that cannot be edited here',
    {
      hint: `${wordByHand(edit)}, then run streamctl up.`,
    },
  );
}

function wordByHand(edit: NodeEdit): string {
  if (edit.kind === 'add-node') return `Add this to nodes in the file: ${formatNode(edit.node, null)}`;
  if (edit.kind === 'remove-node') return `Remove node ${edit.name} from the file`;
  if (edit.kind === 'set-address') return `Set address: ${edit.address} on node ${edit.name} in the file`;
  if (edit.kind === 'set-number') {
    return edit.value === null
      ? `Remove ${edit.key} of node ${edit.name} from the file`
      : `Set ${edit.key}: ${edit.value} on node ${edit.name} in the file`;
  }
  const verb = edit.kind === 'add-role' ? 'Add the role' : 'Remove the role';
  return `${verb} ${edit.role} of node ${edit.name} in the file`;
}
