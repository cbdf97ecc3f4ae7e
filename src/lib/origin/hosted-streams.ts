import { join } from 'node:path';
import type { Logger } from '../base/logger.ts';
import type { Peer } from '../nodes/node-config.ts';
import { type DvrWrites, diskWrites } from './dvr/dvr-files.ts';
import { listDvr, loadDvr } from './dvr/load-dvr.ts';
import { type FaultInjector, NO_FAULTS } from './fault.ts';
import { SAFE_NAME } from './feeds/check-message.ts';
import { HostedStream, RELAY_IDLE_MS } from './hosted-stream.ts';

/**
 * Streams that viewers may make this origin look for at a time: names are theirs to invent. Enough for 50 new ones a second,
 * each for the 5 s that a viewer waits; lower, and one who tries names ends the search for a stream that exists before
 * it is found. Higher costs connections: each search asks every origin about once a second.
 */
const MAX_WITHOUT_MEDIA = 256;
const MAX_STREAMS = 2000;

export interface HostedStreamsDeps {
  nowMs(): number;
  readonly writes?: DvrWrites;
  readonly faults?: FaultInjector;
  readonly log: Logger;
  /** This node. */
  readonly self: { readonly name: string; readonly region: string };
  /** Where the feed of a stream may be had now, best first; never this origin itself. */
  candidates(stream: string): readonly Peer[];
  /** The origins of this region that hand a stream on to the others here, best first; this one may be among them. */
  owners(stream: string): readonly Peer[];
}

/** The streams of this origin, by name. */
export class HostedStreams {
  readonly #deps: HostedStreamsDeps;
  readonly #streams = new Map<string, HostedStream>();
  /** Streams whose files are being deleted; never rejects. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #root: string;
  readonly #writes: DvrWrites;

  constructor(dataDir: string, deps: HostedStreamsDeps) {
    this.#deps = deps;
    this.#root = join(dataDir, 'dvr');
    this.#writes = deps.writes ?? diskWrites;
  }

  all(): Iterable<HostedStream> {
    return this.#streams.values();
  }

  get(name: string): HostedStream | undefined {
    return this.#streams.get(name);
  }

  /** The stream for a pipeline; made when it is new. */
  open(name: string): HostedStream {
    const hosted = this.#streams.get(name) ?? this.#create(name);
    this.#streams.set(name, hosted);
    return hosted;
  }

  /**
   * The stream for a viewer, with a source on its way when it has none. Undefined for a name that no stream can
   * have, or when there are too many streams with media.
   */
  demand(name: string): HostedStream | undefined {
    let hosted = this.#streams.get(name);
    if (hosted === undefined) {
      if (!SAFE_NAME.test(name) || this.#deps.candidates(name).length === 0) return undefined;
      if (!this.#makeRoom()) return undefined;
      hosted = this.open(name);
    }
    hosted.ensureSource();
    return hosted;
  }

  /**
   * The stream for a relay that asks this origin to hand it on. Undefined when this origin is not among those who do, or
   * the relay is of another region.
   */
  forRelay(name: string, regionOfRelay: string | undefined): HostedStream | undefined {
    const { self, owners } = this.#deps;
    const mayHandOn = regionOfRelay === self.region && owners(name).some((peer) => peer.name === self.name);
    const known = this.#streams.get(name);
    if (known !== undefined || !mayHandOn) return mayHandOn ? known : undefined;
    return SAFE_NAME.test(name) && this.#makeRoom() ? this.open(name) : undefined;
  }

  /** Takes over the windows that an earlier run left on disk; deletes those that are too old, and leaves alone what is of the future. */
  async recover(): Promise<void> {
    const nowMs = this.#deps.nowMs();
    for (const name of await listDvr(this.#root)) {
      const dir = join(this.#root, name);
      const loaded = await loadDvr(dir, nowMs);
      const hosted = this.#create(name);
      if (loaded !== null) hosted.recover(loaded);
      const ends = [...hosted.live.windows.values()].map((window) => window.endSec() ?? 0);
      const newestSec = Math.max(0, ...ends);
      if (loaded !== null && nowMs / 1000 - newestSec < loaded.record.hello.dvrSec)
        this.#streams.set(name, hosted);
      else if (!loaded?.hasFuture) await this.#try(name, () => this.#writes.deleteFolder(dir));
    }
  }

  /**
   * Prunes windows, looks at what feeds are wanted, drops relays that nobody watches and streams that are over. Called every
   * few seconds; resolves when the files of those that are over are gone, and never rejects.
   */
  async tend(): Promise<void> {
    const nowMs = this.#deps.nowMs();
    const over: Promise<void>[] = [];
    for (const [name, hosted] of this.#streams) {
      hosted.live.prune();
      hosted.supply?.nudge();
      const { pipeline, supply, isWatched } = hosted;
      if (supply !== null && pipeline === null && !isWatched && !supply.isRead) hosted.dropSupply();
      if (this.#isOver(hosted, nowMs)) {
        over.push(this.#remove(name, hosted));
      }
    }
    await Promise.all(over);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#streams.values()].map((hosted) => hosted.close()));
  }

  /** Forgets a stream and deletes its files; one that is opened anew meanwhile writes its own after that. */
  async #remove(name: string, hosted: HostedStream): Promise<void> {
    this.#streams.delete(name);
    const gone = this.#try(name, async () => {
      await hosted.close();
      await hosted.store.destroy();
    });
    this.#leaving.set(name, gone);
    await gone;
    if (this.#leaving.get(name) === gone) this.#leaving.delete(name);
  }

  /** Does what a sick disk may refuse: the other streams go on. */
  async #try(stream: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#deps.log.error({ stream, err: error }, 'cannot delete the files of a stream');
    }
  }

  /** No source, and nothing left to show. */
  #isOver(hosted: HostedStream, nowMs: number): boolean {
    if (hosted.pipeline !== null || hosted.supply !== null) return false;
    const keepMs = hosted.live.hello === null ? 5000 : 1000 * hosted.live.hello.dvrSec + RELAY_IDLE_MS;
    return nowMs - hosted.lastUseMs() > keepMs;
  }

  /**
   * Makes room for a name that is new: of those that have brought nothing yet the one that was asked for longest ago gives
   * way. False when there are as many streams as may be, all with media.
   */
  #makeRoom(): boolean {
    const waiting = [...this.#streams].filter(
      ([, { live, pipeline }]) => live.hello === null && pipeline === null,
    );
    if (waiting.length < MAX_WITHOUT_MEDIA && this.#streams.size < MAX_STREAMS) return true;
    const [oldest] = waiting.toSorted(([, a], [, b]) => a.lastAskedMs - b.lastAskedMs);
    if (oldest === undefined) return false;
    const [name, hosted] = oldest;
    this.#streams.delete(name);
    hosted.giveUp();
    return true;
  }

  #create(name: string): HostedStream {
    return new HostedStream({
      name,
      dvrDir: join(this.#root, name),
      writes: this.#writes,
      writeAfter: this.#leaving.get(name),
      faults: this.#deps.faults ?? NO_FAULTS,
      self: this.#deps.self,
      candidates: () => this.#deps.candidates(name),
      owners: () => this.#deps.owners(name),
      nowMs: this.#deps.nowMs,
    });
  }
}
