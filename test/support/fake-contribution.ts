/** A contribution daemon for tests: serves a source's FLV by the contract, with a GOP cache, under the test's control. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { FitnessState } from '../../src/lib/media/fitness.ts';
import { formatFitnessTag } from '../../src/lib/media/fitness-tag.ts';
import { FlvParser, type FlvTag, formatFlvHeader, formatFlvTag } from '../../src/lib/media/flv.ts';

export interface FakeContribution {
  readonly port: number;
  /** Connections that are sent the session's tags. */
  readonly subscribers: number;
  /** Opens a session fed by ffmpeg with these inputs and codecs, in real time. */
  publish(source: FakeSource): PublishedSession;
  /** Opens a session of what another session is sent, with the same timestamps and epoch: its encoder sends to both. */
  relay(of: PublishedSession): PublishedSession;
  close(): Promise<void>;
}

export interface FakeSource {
  /** ffmpeg's inputs and output codecs. */
  readonly arguments: readonly string[];
  /** Drops or changes tags on the way. */
  readonly filter?: (tag: FlvTag) => FlvTag | null;
}

export interface PublishedSession {
  readonly sessionId: number;
  /** Holds tags back, until `resume`, which sends them at once. */
  stall(): void;
  resume(): void;
  /** The ingest node says what it saw of picture and sound. */
  see(state: FitnessState): void;
  /** The source is replaced by another within the session, its timestamps going on. */
  become(args: readonly string[]): void;
  /** The publisher goes. */
  stop(): void;
  /** The ingest node dies: connections are cut, and what the publisher sends is lost. */
  die(): void;
  /** It comes back under the running publisher with the same session: pictures begin with the next key frame. */
  revive(): void;
}

const WAIT_MS = 30_000;

/** Starts it on an address of the loopback net, on any free port. */
export async function startFakeContribution(address: string): Promise<FakeContribution> {
  const state = new FakeState();
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url?.startsWith('/contribution/')) state.subscribe(response);
    else response.writeHead(404).end();
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    port: portOf(server),
    get subscribers() {
      return state.subscribers;
    },
    publish: (source) => state.publish(source),
    relay: (of) => state.publish(of as FakeSession),
    close: async () => {
      state.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

class FakeState {
  #session: FakeSession | null = null;
  #waiting = new Set<ServerResponse>();

  publish(source: FakeSource | FakeSession): PublishedSession {
    const session = new FakeSession(source, () => {
      for (const response of this.#waiting) session.answer(response);
      this.#waiting.clear();
    });
    this.#session?.stop();
    this.#session = session;
    return session;
  }

  get subscribers(): number {
    return this.#session?.subscribers ?? 0;
  }

  subscribe(response: ServerResponse): void {
    if (this.#session?.isReady) {
      this.#session.answer(response);
      return;
    }
    this.#waiting.add(response);
    const timer = setTimeout(() => {
      if (this.#waiting.delete(response)) response.writeHead(204).end();
    }, WAIT_MS);
    response.on('close', () => {
      clearTimeout(timer);
      this.#waiting.delete(response);
    });
  }

  close(): void {
    this.#session?.stop();
  }
}

class FakeSession implements PublishedSession {
  readonly sessionId = FakeSession.#nextId();
  static #lastId = 0;
  readonly #filter: FakeSource['filter'] = undefined;
  #child: ChildProcess | null = null;
  readonly #onReady: () => void;
  #epochMs: number | null = null;
  #subscribers = new Set<ServerResponse>();
  #headers: FlvTag[] = [];
  #gop: FlvTag[] = [];
  #stalled: FlvTag[] | null = null;
  #stopped = false;
  #isDead = false;
  #waitsForKey = false;
  /** Sessions that are sent the same. */
  readonly #relays: FakeSession[] = [];

  constructor(source: FakeSource | FakeSession, onReady: () => void) {
    this.#onReady = onReady;
    if (source instanceof FakeSession) {
      source.#relays.push(this);
      return;
    }
    this.#filter = source.filter;
    this.#run(source.arguments, 0);
  }

  static #nextId(): number {
    FakeSession.#lastId = Math.max(FakeSession.#lastId + 1, Date.now());
    return FakeSession.#lastId;
  }

  become(args: readonly string[]): void {
    this.#child?.removeAllListeners('close');
    this.#child?.kill('SIGKILL');
    this.#run(args, Date.now() - (this.#epochMs ?? 0));
  }

  #run(args: readonly string[], offsetMs: number): void {
    const parser = new FlvParser();
    const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
    const child = spawn('ffmpeg', [...quiet, ...args, '-flush_packets', '1', '-f', 'flv', 'pipe:1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      for (const tag of parser.push(chunk)) {
        const passed = this.#filter === undefined ? tag : this.#filter(tag);
        if (passed === null || child !== this.#child) continue;
        const placed = { ...passed, timestampMs: passed.timestampMs + Math.round(offsetMs) };
        for (const session of [this, ...this.#relays]) session.#take(placed, this.#epochMs);
      }
    });
    child.on('close', () => this.stop());
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  get isReady(): boolean {
    return this.#epochMs !== null && !this.#stopped && !this.#isDead;
  }

  answer(response: ServerResponse): void {
    const headers = { 'x-session-id': this.sessionId, 'x-session-epoch-ms': String(this.#epochMs) };
    response.writeHead(200, { 'content-type': 'video/x-flv', ...headers });
    response.write(formatFlvHeader({ audio: true, video: true }));
    for (const tag of [...this.#headers, ...this.#gop]) response.write(formatFlvTag(tag));
    this.#subscribers.add(response);
    response.on('close', () => this.#subscribers.delete(response));
  }

  stall(): void {
    this.#stalled ??= [];
  }

  resume(): void {
    const held = this.#stalled ?? [];
    this.#stalled = null;
    for (const tag of held) this.#send(tag);
  }

  see(state: FitnessState): void {
    const tag = formatFitnessTag({ state, sinceMs: null }, this.#gop.at(-1)?.timestampMs ?? 0);
    for (const response of this.#subscribers) response.write(formatFlvTag(tag));
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#child?.kill('SIGKILL');
    for (const response of this.#subscribers) response.end();
  }

  die(): void {
    this.#isDead = true;
    for (const response of this.#subscribers) response.destroy();
  }

  revive(): void {
    this.#isDead = false;
    this.#gop = [];
    this.#waitsForKey = true;
    this.#onReady();
  }

  /** `epochMs`: of the session that is the first to have the tag. */
  #take(tag: FlvTag, epochMs: number | null): void {
    if (this.#stopped || this.#isDead) return;
    if (this.#waitsForKey && tag.type === 'video' && !tag.isSequenceHeader)
      this.#waitsForKey = !tag.isKeyFrame;
    if (this.#waitsForKey && tag.type === 'video') return;
    if (this.#epochMs === null && epochMs !== null) {
      this.#epochMs = epochMs;
      this.#onReady();
    }
    if (this.#stalled === null) this.#send(tag);
    else this.#stalled.push(tag);
  }

  #send(tag: FlvTag): void {
    if (tag.type === 'script' || tag.isSequenceHeader) {
      this.#headers = [...this.#headers.filter((kept) => kept.type !== tag.type), tag];
      if (tag.type === 'video') this.#gop = [];
    } else {
      if (tag.isKeyFrame) this.#gop = [];
      this.#gop.push(tag);
      if (this.#epochMs === null && tag.type === 'video') {
        this.#epochMs = Date.now() - tag.timestampMs;
        this.#onReady();
        return;
      }
    }
    for (const response of this.#subscribers) response.write(formatFlvTag(tag));
  }
}

/** Inputs and codecs of a small moving picture, with sound unless `audio` is false. */
export function testPicture(options: {
  readonly size?: string;
  readonly rate?: string;
  readonly gop?: number;
  readonly audio?: boolean;
  readonly video?: readonly string[];
}): string[] {
  const { size = '320x180', rate = '30', gop = 60, audio = true } = options;
  const sound = audio ? ['-re', '-f', 'lavfi', '-i', 'sine=f=440:r=48000'] : [];
  const codec = options.video ?? ['-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(gop)];
  return [
    ...['-re', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}`, ...sound],
    ...['-c:v', 'libx264', '-threads', '1', '-b:v', '300k', '-pix_fmt', 'yuv420p', ...codec],
    ...(audio ? ['-c:a', 'aac', '-b:a', '64k'] : []),
  ];
}
