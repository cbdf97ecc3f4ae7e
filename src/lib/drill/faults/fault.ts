/**
 * Faults: one small file each behind one interface. A fault is described by settings (JSON), is resolved against the
 * running cluster into what it will touch and how that is undone, and only then injected.
 *
 * Invariants: it signals processes of its own cluster alone; its undo is complete before it is injected, is plain data,
 * and does no harm when applied to a cluster that is well.
 */
import type { ClusterView } from '../../nodes/cluster-view.ts';
import type { ClusterSight } from '../cluster-sight.ts';
import type { UndoAction } from '../undo/undo-action.ts';
import type { CutLink } from './cut-links.ts';

/** Settings of every kind of fault. */
export type FaultSettings =
  | { readonly kind: 'kill-nodes' | 'freeze-nodes' | 'isolate-nodes'; readonly nodes: readonly string[] }
  | {
      readonly kind: 'stop-units';
      readonly units: readonly { readonly node: string; readonly unit: string }[];
    }
  | {
      readonly kind: 'kill-transcoder' | 'freeze-transcoder' | 'freeze-packager';
      readonly stream: string;
      /** Whose replica; null: the first one that is up. */
      readonly node: string | null;
    }
  | {
      readonly kind: 'origin-fault';
      readonly node: string;
      readonly mode: OriginFaultMode;
    }
  | {
      readonly kind: 'clock-skew';
      readonly node: string;
      /** Milliseconds ahead; below 0: behind. */
      readonly skewMs: number;
    }
  | { readonly kind: 'drop-publisher'; readonly stream: string }
  | { readonly kind: 'lose-store' | 'split-controller' }
  | { readonly kind: 'cut-links'; readonly links: readonly CutLink[] }
  | { readonly kind: 'reboot' | 'power-off' | 'full-disk'; readonly node: string };

/** What an origin does wrong on purpose. */
export type OriginFaultMode =
  | { readonly kind: 'stale' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  | { readonly kind: 'errors'; readonly percent: number };

/** A fault that has been resolved against the cluster. */
export interface Fault {
  /** What it will do, in words: `us: kill 2 nodes`. */
  readonly label: string;
  /** Nodes that can serve nobody while it lasts. */
  readonly lostNodes: readonly string[];
  /** Nodes on which anything is touched. */
  readonly touchedNodes: readonly string[];
  /** Nodes from which no good feed comes while it lasts: relays that read there must change. */
  readonly mediaNodes: readonly string[];
  readonly undo: readonly UndoAction[];
  /** What it came to, where the settings leave that open; each machine injects its part of this. */
  readonly settings?: FaultSettings;
  /** Injects; resolves when it is done. */
  inject(): Promise<Injected>;
  /** Looks for a proof that it bites: words, or null while there is none. */
  bit(): Promise<string | null>;
  /**
   * After the undo, of a fault that cut a publisher off: Unix milliseconds at which it connected, or null while it has not or
   * nobody can say. Starting its process is the drill's own doing, and no business of the cluster.
   */
  connectedMs?(): Promise<number | null>;
  /** It must bite until it is undone; false for what the cluster is to mend by itself. */
  readonly lasting: boolean;
}

export interface Injected {
  /** Unix milliseconds of the first blow. */
  readonly atMs: number;
  /** What was done, in words: `2 nodes killed, 11 processes gone`. */
  readonly text: string;
}

export interface FaultContext {
  readonly view: ClusterView;
  /** The cluster as it was just before. */
  readonly sight: ClusterSight;
  readonly nowMs: () => number;
  /** A fault that can end by itself does so after this long. */
  readonly longestMs: number;
}
