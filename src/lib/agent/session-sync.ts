/** Keeps the store's publish sessions in step with what this ingest node's contribution daemon really has. */
import type { Clock } from '../base/clock.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { SessionRecord } from '../store/records.ts';
import { closeSession, refreshSession } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { type ContributionSession, closeContribution, listContributions } from './contribution-client.ts';

/** A session in the store this young may be on its way to the contribution daemon. */
const YOUNG_MS = 4000;
/** nginx numbers its connections anew when it restarts, so an old goodbye must not end a new session. */
const GOODBYE_MS = 30_000;

/** The sessions of one ingest node. */
export class SessionSync {
  /** Clients that nginx said have left, and when; kept for GOODBYE_MS. */
  #left = new Map<string, number>();
  #local: readonly ContributionSession[] = [];
  readonly #deps: { readonly node: Peer; readonly store: Store; readonly clock: Clock };

  constructor(deps: { readonly node: Peer; readonly store: Store; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** The sessions when last asked for. */
  get local(): readonly ContributionSession[] {
    return this.#local;
  }

  /** Notes that nginx saw a client leave; `sync()` does the rest. */
  noteLeft(client: string): void {
    this.#left.set(client, this.#deps.clock.nowMs());
  }

  /** Ends what has left, refreshes what is there. With the daemon or the store away, nothing is ended. */
  async sync(inStore: readonly SessionRecord[]): Promise<void> {
    const { node } = this.#deps;
    const found = await listContributions(node);
    if (found === null) {
      // Whether they still publish is unknown: the sessions stay.
      await this.#refresh(this.#local);
      return;
    }
    const staying: ContributionSession[] = [];
    for (const session of found) {
      if (this.#hasLeft(session)) await closeContribution(node, session);
      else staying.push(session);
    }
    this.#local = staying;
    await this.#refresh(staying);
    await this.#closeStale(inStore);
    this.#forgetOldGoodbyes();
  }

  /** A goodbye may be heard before the session is where it can be ended: it counts as long as it may be meant. */
  #forgetOldGoodbyes(): void {
    const nowMs = this.#deps.clock.nowMs();
    for (const [client, leftMs] of this.#left) if (nowMs - leftMs >= GOODBYE_MS) this.#left.delete(client);
  }

  #hasLeft(session: Pick<SessionRecord, 'client' | 'sessionId'>): boolean {
    const leftMs = this.#left.get(session.client);
    return (
      leftMs !== undefined && leftMs > session.sessionId - 1 && this.#deps.clock.nowMs() - leftMs < GOODBYE_MS
    );
  }

  async #refresh(sessions: readonly ContributionSession[]): Promise<void> {
    const { store, node } = this.#deps;
    for (const { stream, sessionId, client, clientAddress, keyId } of sessions) {
      const record: SessionRecord = { stream, sessionId, node: node.name, client, clientAddress, keyId };
      await refreshSession(store, record).catch(() => false);
    }
  }

  async #closeStale(inStore: readonly SessionRecord[]): Promise<void> {
    const { store, node, clock } = this.#deps;
    for (const session of inStore) {
      const isOurs = session.node === node.name;
      const isHere = this.#local.some((local) => local.client === session.client);
      const isYoung = clock.nowMs() - session.sessionId < YOUNG_MS && !this.#hasLeft(session);
      if (isOurs && !isHere && !isYoung) await closeSession(store, session).catch(() => false);
    }
  }
}
