/** What `url` of a node breaks together with others: it is an edge's, and its alone. Pure. */
import type { Fault } from './diagnostic.ts';
import { isEdgeUrl } from './edge-url.ts';
import { type Loose, listAt, textAt } from './loose.ts';

/** Returns the faults of all nodes' URLs but those of their shape. */
export function findUrlFaults(raw: Loose): Fault[] {
  const holders = new Map<string, string>();
  return listAt(raw, 'nodes').flatMap((node, index): Fault[] => {
    const url = textAt(node, 'url');
    if (url === null) return [];
    const path = ['nodes', index, 'url'];
    if (Array.isArray(node.roles) && !node.roles.includes('edge')) {
      const message = 'a url is where viewers reach an edge: take it out, or give the node the role edge';
      return [{ path, message }];
    }
    if (!isEdgeUrl(url)) return [];
    const { origin } = new URL(url);
    const holder = holders.get(origin);
    if (holder === undefined) {
      holders.set(origin, textAt(node, 'name') ?? '');
      return [];
    }
    const message = `"${origin}" is the url of node "${holder}" already; each edge needs one of its own`;
    return [{ path, message }];
  });
}
