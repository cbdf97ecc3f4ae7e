/**
 * Keeps the store's publish sessions in step with what this ingest node's contribution daemon really has.
 *
 * Reads nothing from the store: each agent writes its own node's sessions and knows them; those of an agent that died
 * expire.
 */
import type { Clock } from '../base/clock.ts';
import type { Peer } from '../nodes/node-config.ts';
import type { SessionRecord } from '../store/records.ts';
import { closeSession, refreshSession } from '../store/sessions.ts';
import type { Store } from '../store/store.ts';
import { type ContributionSession, closeContribution, listContributions } from './contribution-client.ts';

/** A session opened so recently may be on its way to the contribution daemon. */
const YOUNG_MS = 4000;
/** nginx numbers its connections anew when it restarts, so an old goodbye must not end a new session. */
const GOODBYE_MS = 30_000;
/** Sessions in the store expire after 10 s: two refreshes may fail. */
const REFRESH_MS = 3000;

export interface SessionSyncDeps {
  readonly node: Peer;
  readonly store: Store;
  readonly clock: Clock;
}

/** A session of this node that the store has, or should have. */
interface OwnSession {
  readonly record: SessionRecord;
  readonly openedMs: number;
  refreshedMs: number;
}

/** The sessions of one ingest node. */
export class SessionSync {
  /** Clients that nginx said have left, and when; kept for GOODBYE_MS. */
  readonly #left = new Map<string, number>();
  readonly #own = new Map<string, OwnSession>();
  readonly #deps: SessionSyncDeps;
  #local: readonly ContributionSession[] = [];

  constructor(deps: SessionSyncDeps) {
    this.#deps = deps;
  }

  /** The sessions when last asked for. */
  get local(): readonly ContributionSession[] {
    return this.#local;
  }

  /** Notes a session that was opened in the store, before the contribution daemon has it. */
  noteOpened(record: SessionRecord): void {
    const nowMs = this.#deps.clock.nowMs();
    this.#own.set(record.stream, { record, openedMs: nowMs, refreshedMs: nowMs });
  }

  /** Notes that nginx saw a client leave; `sync()` does the rest. */
  noteLeft(client: string): void {
    this.#left.set(client, this.#deps.clock.nowMs());
  }

  /** Ends a session of this node at once, whatever its publisher goes on sending. */
  async end(session: ContributionSession): Promise<void> {
    const { node, store } = this.#deps;
    this.noteLeft(session.client);
    await closeContribution(node, session);
    this.#local = this.#local.filter((local) => local !== session);
    this.#own.delete(session.stream);
    await closeSession(store, { ...session, node: node.name });
  }

  /** Makes the next `sync()` write every session: the store may have lost them. */
  refreshAll(): void {
    for (const own of this.#own.values()) own.refreshedMs = 0;
  }

  /** Ends what has left, refreshes what is there. With the daemon or the store away, nothing is ended. */
  async sync(): Promise<void> {
    await this.#endOwnWhoLeft();
    const found = await listContributions(this.#deps.node);
    // Whether they still publish is unknown without the daemon: the sessions stay.
    if (found !== null) {
      this.#local = await this.#endThoseWhoLeft(found);
      this.#adopt(this.#local);
      await this.#closeStale();
      this.#forgetOldGoodbyes();
    }
    await this.#refresh();
  }

  /** A goodbye is certain, whether the daemon can be asked or not. */
  async #endOwnWhoLeft(): Promise<void> {
    const { node, store } = this.#deps;
    const gone = [...this.#own.values()].filter(({ record }) => this.#hasLeft(record));
    await Promise.all(
      gone.map(async (own) => {
        await closeContribution(node, own.record);
        await closeSession(store, own.record).catch(() => false);
        if (this.#own.get(own.record.stream) === own) this.#own.delete(own.record.stream);
      }),
    );
    this.#local = this.#local.filter((session) => !this.#hasLeft(session));
  }

  async #endThoseWhoLeft(found: readonly ContributionSession[]): Promise<readonly ContributionSession[]> {
    const gone = found.filter((session) => this.#hasLeft(session));
    await Promise.all(gone.map((session) => closeContribution(this.#deps.node, session)));
    return found.filter((session) => !gone.includes(session));
  }

  /** Takes over sessions that an earlier run of the agent opened, or that the daemon has opened anew by itself. */
  #adopt(local: readonly ContributionSession[]): void {
    const { node, clock } = this.#deps;
    for (const { stream, sessionId, client, clientAddress, keyId } of local) {
      const own = this.#own.get(stream)?.record;
      if (own?.sessionId === sessionId && own.client === client) continue;
      const place = { node: node.name, region: node.region };
      const record = { stream, sessionId, ...place, client, clientAddress, keyId };
      this.#own.set(stream, { record, openedMs: clock.nowMs(), refreshedMs: 0 });
    }
  }

  async #closeStale(): Promise<void> {
    const { store, clock } = this.#deps;
    const here = new Set(this.#local.map(({ stream, client }) => `${stream} ${client}`));
    const stale = [...this.#own].filter(([stream, { record, openedMs }]) => {
      const isYoung = clock.nowMs() - openedMs < YOUNG_MS && !this.#hasLeft(record);
      return !here.has(`${stream} ${record.client}`) && !isYoung;
    });
    await Promise.all(
      stale.map(async ([stream, own]) => {
        // With the store away it expires there by itself.
        await closeSession(store, own.record).catch(() => false);
        if (this.#own.get(stream) === own) this.#own.delete(stream);
      }),
    );
  }

  async #refresh(): Promise<void> {
    const { store, clock } = this.#deps;
    const nowMs = clock.nowMs();
    const due = [...this.#own.values()].filter((own) => nowMs - own.refreshedMs >= REFRESH_MS);
    await Promise.all(
      due.map(async (own) => {
        const written = await refreshSession(store, own.record).then(
          () => true,
          () => false,
        );
        if (written) own.refreshedMs = nowMs;
      }),
    );
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
}
