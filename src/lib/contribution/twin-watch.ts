/** Which streams other ingest nodes have, too: only of those a publisher could take another's place. */
import { startPokedLoop } from '../base/poked-loop.ts';
import type { Peer } from '../nodes/node-config.ts';

export interface TwinWatchOptions {
  /** Other ingest nodes, as they are now. */
  others(): readonly Peer[];
  /** Whether there is anything to ask for. */
  isNeeded(): boolean;
  /** Told after each round. */
  onTwins(streams: ReadonlySet<string>): void;
  readonly everyMs?: number;
  readonly nowMs: () => number;
  /** Asks one for the names of its streams; null when it does not answer. */
  readonly ask?: (peer: Peer) => Promise<readonly string[] | null>;
}

const EVERY_MS = 2000;
const ASK_TIMEOUT_MS = 1000;
/** What a node said counts for so long after it stopped answering. */
const KEEP_MS = 20_000;

/** Starts asking; returns what ends it. */
export function startTwinWatch(options: TwinWatchOptions): { close(): Promise<void> } {
  const { ask = askStreams, everyMs = EVERY_MS, nowMs } = options;
  const said = new Map<string, { readonly streams: readonly string[]; readonly atMs: number }>();
  return startPokedLoop(async () => {
    const others = options.isNeeded() ? options.others() : [];
    await Promise.all(
      others.map(async (peer) => {
        const streams = await ask(peer);
        if (streams !== null) said.set(peer.name, { streams, atMs: nowMs() });
      }),
    );
    const names = new Set(others.map(({ name }) => name));
    for (const [name, { atMs }] of said) if (!names.has(name) || nowMs() - atMs > KEEP_MS) said.delete(name);
    options.onTwins(new Set([...said.values()].flatMap(({ streams }) => streams)));
  }, everyMs);
}

async function askStreams({ address, ports }: Peer): Promise<readonly string[] | null> {
  try {
    const response = await fetch(`http://${address}:${ports.contribution}/sessions`, {
      signal: AbortSignal.timeout(ASK_TIMEOUT_MS),
    });
    if (!response.ok) return null;
    const { sessions } = (await response.json()) as { sessions: readonly { readonly stream: string }[] };
    return sessions.map(({ stream }) => stream);
  } catch {
    return null;
  }
}
