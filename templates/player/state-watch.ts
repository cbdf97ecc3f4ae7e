/** Asks the edge what it says of the stream: its state, where it is served from, and what time it is there. */
import { ClockOffset, PictureState, type StreamStateReport } from '../../src/lib/player/stream-state.ts';

export interface StateWatch {
  readonly picture: PictureState;
  readonly clock: ClockOffset;
  /** The newest answer; null before the first. */
  readonly report: StreamStateReport | null;
}

const INTERVAL_MS = 2000;
const TIMEOUT_MS = 1500;

/** Asks until the page is closed; `url` says where just now. */
export function startStateWatch(url: () => string): StateWatch {
  const watch = {
    picture: new PictureState(),
    clock: new ClockOffset(),
    report: null as StreamStateReport | null,
  };
  const ask = async (): Promise<void> => {
    const sentMs = Date.now();
    const response = await fetch(url(), { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) return;
    const report = (await response.json()) as StreamStateReport;
    watch.clock.take(sentMs, Date.now(), report.nowMs);
    watch.picture.take(report);
    watch.report = report;
  };
  const loop = (): void => {
    ask()
      .catch(() => undefined)
      .finally(() => setTimeout(loop, INTERVAL_MS));
  };
  loop();
  return watch;
}
