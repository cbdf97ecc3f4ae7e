/** Keeps undos on the machines that they are for; what no machine can do, such as to start
 * a test publisher or to switch on one that is off, is kept here. */
import type { UndoAction, UndoEntry, UndoKeeper } from '../undo/undo-action.ts';
import type { Stages } from './stages.ts';

/** `startLocal` starts the undo process of this machine. */
export function createMachineKeeper(stages: Stages, startLocal: () => Promise<UndoKeeper>): UndoKeeper {
  return new MachineKeeper(stages, startLocal);
}

class MachineKeeper implements UndoKeeper {
  readonly #stages: Stages;
  readonly #startLocal: () => Promise<UndoKeeper>;
  readonly #lost = new AbortController();
  readonly #keepers = new Map<string, Promise<UndoKeeper>>();
  /** By entry: who keeps a part of it. */
  readonly #parts = new Map<string, readonly Promise<UndoKeeper>[]>();

  constructor(stages: Stages, startLocal: () => Promise<UndoKeeper>) {
    this.#stages = stages;
    this.#startLocal = startLocal;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async arm(entry: UndoEntry): Promise<void> {
    const parts = splitActions(entry.actions);
    const keepers = [...parts].map(async ([node, actions]) => {
      const keeper = await this.#keeperOf(node);
      await keeper.arm({ ...entry, actions });
      return keeper;
    });
    this.#parts.set(entry.id, keepers);
    await Promise.all(keepers);
  }

  async heal(id: string): Promise<readonly string[]> {
    const keepers = await Promise.all(this.#parts.get(id) ?? []);
    return (await Promise.all(keepers.map((keeper) => keeper.heal(id)))).flat();
  }

  async close(): Promise<void> {
    const local = await this.#keepers.get(HERE);
    await Promise.all([this.#stages.close(), local?.close()]);
  }

  #keeperOf(node: string): Promise<UndoKeeper> {
    const known = this.#keepers.get(node) ?? this.#open(node);
    this.#keepers.set(node, known);
    return known;
  }

  async #open(node: string): Promise<UndoKeeper> {
    const keeper = await (node === HERE ? this.#startLocal() : this.#stages.of(node));
    keeper.lost.addEventListener('abort', () => this.#lost.abort(), { once: true });
    return keeper;
  }
}

/** No node has this name. */
const HERE = '';

/** The actions of each node. */
export function splitActions(actions: readonly UndoAction[]): ReadonlyMap<string, readonly UndoAction[]> {
  const parts = new Map<string, UndoAction[]>();
  const add = (node: string, action: UndoAction): void => {
    parts.set(node, [...(parts.get(node) ?? []), action]);
  };
  for (const action of actions) {
    if (action.kind === 'start-publisher' || action.kind === 'power-on') add(HERE, action);
    else if (action.kind === 'continue')
      for (const node of action.nodes) add(node, { ...action, nodes: [node] });
    else add(action.node, action);
  }
  return parts;
}
