import type { NodeEntry } from './edit-spec.ts';
import type { EntryStyle } from './splice-sequence.ts';

/** Formats a node as YAML, without its dash: one key a line behind a dash of that style, in braces for null. */
export function formatNode(node: NodeEntry, style: EntryStyle | null): string {
  const pairs = [
    `name: ${node.name}`,
    `region: ${node.region}`,
    `roles: [${node.roles.join(', ')}]`,
    ...(node.host == null ? [] : [`host: ${node.host}`]),
    ...(node.address === null ? [] : [`address: ${node.address}`]),
    ...(node.weight === null ? [] : [`weight: ${node.weight}`]),
    ...(node.capacity === null ? [] : [`capacity: ${node.capacity}`]),
    ...(node.viewers == null ? [] : [`viewers: ${node.viewers}`]),
    ...(node.ports == null ? [] : [`ports: ${formatPorts(node.ports)}`]),
  ];
  if (style === null) return `{ ${pairs.join(', ')} }`;
  return pairs.join(`\n${style.indent} ${style.gap}`);
}

function formatPorts(ports: Readonly<Record<string, number>>): string {
  const pairs = Object.entries(ports).map(([name, port]) => `${name}: ${port}`);
  return `{ ${pairs.join(', ')} }`;
}
