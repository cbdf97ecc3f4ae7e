/** How a fault is undone: plain data that another process can carry out. Types alone. */
import type { PowerOn } from '../faults/power-off-node.ts';

export type UndoAction =
  /** SIGCONT to every process of the nodes. */
  | { readonly kind: 'continue'; readonly nodes: readonly string[] }
  /** Starts the node's supervisor and its units again, as a machine does when it boots. */
  | { readonly kind: 'boot'; readonly node: string }
  /** Wants a unit of `up` up again. */
  | { readonly kind: 'start'; readonly node: string; readonly unit: string }
  /** Wants a test publisher up again, which is of no node. */
  | { readonly kind: 'start-publisher'; readonly unit: string }
  /** Lets packets get to hosts again. */
  | { readonly kind: 'join-links'; readonly node: string; readonly hosts: readonly string[] }
  /** Lets a machine that was cut off speak to everybody again. */
  | { readonly kind: 'rejoin'; readonly node: string }
  /** Switches a machine on, from the operator's. */
  | ({ readonly kind: 'power-on' } & PowerOn)
  /** Lets a node's programs go by the machine's clock again. */
  | { readonly kind: 'mend-clock'; readonly node: string }
  /** Removes what fills a node's disk. */
  | { readonly kind: 'free-disk'; readonly node: string }
  /** Takes an origin's fault away. */
  | { readonly kind: 'mend-origin'; readonly node: string };

/** What undoes one fault. */
export interface UndoEntry {
  /** Of the fault. */
  readonly id: string;
  readonly label: string;
  /** Unix milliseconds at which it is undone whatever happens. */
  readonly deadlineMs: number;
  readonly actions: readonly UndoAction[];
}

/** What became of undos. */
export interface Healing {
  /** Labels of the faults that were undone. */
  readonly healed: readonly string[];
  /** What could not be undone, in words. */
  readonly failed: readonly string[];
}

/** Keeps undos outside of this process, and carries them out when told, when late, or when this process is gone. */
export interface UndoKeeper {
  /** Resolves once the undo would happen even if this process died now. */
  arm(entry: UndoEntry): Promise<void>;
  /** Undoes; resolves with what could not be undone, in words. */
  heal(id: string): Promise<readonly string[]>;
  /** Aborts when the keeper itself is lost: then nothing more may be broken. */
  readonly lost: AbortSignal;
  /** Undoes what is left and ends. */
  close(): Promise<void>;
}
