/** Changes to nodes, done or only said: `plan` and `up` run through the same code. */

export interface Change {
  /** Null for what belongs to the whole cluster. */
  readonly node: string | null;
  /** What is done: `write conf/redis.conf`, `restart origin`. */
  readonly text: string;
}

export class Changes {
  readonly #list: Change[] = [];
  #guard: () => Promise<void> = async () => undefined;
  /** False: record what would be done, and do nothing. */
  readonly applies: boolean;

  constructor(mode: 'apply' | 'plan') {
    this.applies = mode === 'apply';
  }

  /** Does one change, or under `plan` only records it. */
  async step(node: string | null, text: string, apply: () => Promise<void>): Promise<void> {
    this.#list.push({ node, text });
    if (!this.applies) return;
    await this.check();
    await apply();
  }

  /** From now on each change is preceded by this check, which throws when nothing may be changed any more. */
  guard(check: () => Promise<void>): void {
    this.#guard = check;
  }

  /** Throws when nothing may be changed any more. */
  async check(): Promise<void> {
    await this.#guard();
  }

  /** Notes changes that were made, or would be, by the hands of a machine. */
  note(made: readonly Change[]): void {
    this.#list.push(...made);
  }

  get list(): readonly Change[] {
    return this.#list;
  }
}
