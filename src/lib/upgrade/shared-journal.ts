/**
 * The journal of an upgrade where the cluster is: a copy on every machine beside this one's, so that any operator's machine
 * sees it, goes on with it, or rolls it back. No store is needed for that.
 *
 * Of several copies the highest revision is right: an upgrade reads all of them under the cluster's lock before it writes one.
 * A machine that cannot take its copy does not stop an upgrade; that no other one has it is said.
 */
import { toStreamctlError } from '../base/errors.ts';
import type { Peer } from '../nodes/node-config.ts';
import { formatJournal, loadJournal, parseJournal, saveJournal, type UpgradeJournal } from './journal.ts';

/** The copies on the nodes' machines. */
export interface JournalCopies {
  /** Text of a machine's copy; null when it has none. */
  load(node: Peer): Promise<string | null>;
  save(node: Peer, text: string): Promise<void>;
}

export interface SharedJournalDeps {
  /** Folder of the cluster on this machine. */
  readonly clusterDir: string;
  /** Nodes on machines of their own; none where they are on this one. */
  readonly nodes: readonly Peer[];
  readonly copies: JournalCopies;
  /** Who writes. */
  readonly who: string;
  readonly host: string;
  readonly say: (text: string) => void;
}

export interface SharedJournal {
  /** The newest copy; null when there never was an upgrade. */
  readonly journal: UpgradeJournal | null;
  /** Writes the next revision here, then on all machines. */
  save(next: UpgradeJournal): Promise<void>;
}

/** Reads all copies. Throws ENVIRONMENT when this machine's is damaged. */
export async function openSharedJournal(deps: SharedJournalDeps): Promise<SharedJournal> {
  const { clusterDir, nodes, copies, who, host, say } = deps;
  const texts = await Promise.all(nodes.map((node) => copies.load(node).catch(() => null)));
  const known = [await loadJournal(clusterDir), ...texts.map((text) => parseJournal(text ?? 'null'))];
  const journal = newestOf(known);
  let revision = journal?.revision ?? 0;
  return {
    journal,
    async save(next) {
      revision += 1;
      const text = formatJournal({ ...next, revision, who, host });
      await saveJournal(clusterDir, text);
      const results = await Promise.allSettled(nodes.map((node) => copies.save(node, text)));
      const failed = results.filter((result) => result.status === 'rejected');
      if (nodes.length === 0 || failed.length < nodes.length) return;
      const why = toStreamctlError(failed[0]!.reason).message;
      say(`no machine keeps a copy of this upgrade's record, so only this one can go on with it: ${why}`);
    },
  };
}

/** The one with the highest revision, of equals the first. Pure. */
export function newestOf<Record extends { readonly revision: number }>(
  records: readonly (Record | null)[],
): Record | null {
  const found = records.filter((record) => record !== null);
  return found.toSorted((one, other) => other.revision - one.revision)[0] ?? null;
}
