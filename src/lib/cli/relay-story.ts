/** What a running relay says: a word about each change, or each state as one line of JSON. */
import type { Relay } from '../publisher/relay/relay.ts';
import type { RelayReport, TargetReport } from '../publisher/relay/relay-report.ts';
import { createRepaint } from './repaint.ts';

const DRAW_MS = 1_000;

/** Formats what has changed between two reports, a line each; `before` is null at the start. */
export function formatRelayChanges(before: RelayReport | null, now: RelayReport): string[] {
  const lines: string[] = [];
  const { state, from } = now.encoder;
  if (state !== (before?.encoder.state ?? 'absent')) lines.push(`encoder   ${wordEncoder(state, from)}`);
  for (const [index, target] of now.targets.entries()) {
    const said = wordTarget(before?.targets[index] ?? null, target);
    if (said !== null) lines.push(`${target.url}   ${said}`);
  }
  return lines;
}

/** Formats the whole state, a line for the encoder and one for each target. */
export function formatRelayState(report: RelayReport): string[] {
  const width = Math.max(...report.targets.map(({ url }) => url.length));
  return [
    `  ${'encoder'.padEnd(width)}  ${wordEncoder(report.encoder.state, report.encoder.from)}`,
    ...report.targets.map((target) => `  ${target.url.padEnd(width)}  ${wordState(target)}`),
  ];
}

/** Says what to set in the encoder. */
export function describeRelay(url: string, targets: readonly string[]): string[] {
  const any = url.startsWith('rtmp://127.') ? 'any word: the relay knows the real one' : 'the stream key';
  return [
    `  relay  one encoder → ${targets.join(', ')} · Ctrl-C ends it`,
    '',
    '  In OBS: Settings, Stream, Service "Custom…"',
    `    Server       ${url}`,
    `    Stream Key   ${any}`,
    '',
  ];
}

/** Tells of a relay as long as it runs: drawn anew at a terminal, else a line for each change. */
export class RelayTeller {
  #output: NodeJS.WriteStream;
  #json: boolean;
  #last: RelayReport | null = null;
  #draw: ((lines: readonly string[]) => void) | null;
  #timer: NodeJS.Timeout | undefined;

  constructor(output: NodeJS.WriteStream, json: boolean) {
    this.#output = output;
    this.#json = json;
    const repaint = output.isTTY && !json ? createRepaint(output) : null;
    this.#draw = repaint === null ? null : (lines) => repaint.draw(lines);
  }

  start(relay: Relay): void {
    this.tell(relay.report());
    // How far targets are behind changes without a word.
    this.#timer = setInterval(() => this.#draw?.(formatRelayState(relay.report())), DRAW_MS);
  }

  tell(now: RelayReport): void {
    const changes = formatRelayChanges(this.#last, now);
    if (this.#json) this.#print(JSON.stringify({ version: 1, event: 'state', at: stamp(), ...now }));
    else if (this.#draw !== null) this.#draw(formatRelayState(now));
    else for (const line of changes) this.#print(`${stamp().slice(11, 23)}  ${line}`);
    this.#last = now;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #print(line: string): void {
    this.#output.write(`${line}\n`);
  }
}

function stamp(): string {
  return new Date().toISOString();
}

function wordEncoder(state: RelayReport['encoder']['state'], from: string | null): string {
  if (state === 'absent') return 'not connected';
  return state === 'measuring' ? `coming in from ${from}` : `connected from ${from}`;
}

function wordTarget(before: TargetReport | null, now: TargetReport): string | null {
  if (before !== null && now.gaps > before.gaps) {
    return `too far behind: ${now.droppedTags - before.droppedTags} frames left out, up to the next key frame`;
  }
  if (before !== null && before.state === now.state && before.fault === now.fault) return null;
  if (now.state === 'retrying') return `trying again: ${now.fault}`;
  return now.state === 'idle' ? null : now.state;
}

function wordState({ state, behindMs, droppedTags, fault }: TargetReport): string {
  if (state !== 'connected') return fault === null ? state : `${state} (${fault})`;
  const dropped = droppedTags === 0 ? '' : `, ${droppedTags} frames left out`;
  return `connected, behind by ${(behindMs / 1000).toFixed(1)} s${dropped}`;
}
