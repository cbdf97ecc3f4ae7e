/** `streamctl top`: looks each second, draws at once on every key and every change of size, until asked to quit. */
import { systemClock } from '../base/clock.ts';
import type { ClusterStatus } from '../health/cluster-status.ts';
import { everySecond } from './every-second.ts';
import { startFullScreen } from './full-screen.ts';
import { bodyLength, formatTop, scrollEnd, type TopState } from './views/format-top.ts';
import type { Paint } from './views/paint.ts';
import { pressTopKey } from './views/top-key.ts';

export interface TopOptions {
  readonly observe: () => Promise<ClusterStatus>;
  readonly terminal: { readonly input: NodeJS.ReadStream; readonly output: NodeJS.WriteStream };
  readonly paint: Paint;
  readonly signal: AbortSignal;
}

/** Resolves when the user quits or the signal is aborted, with the terminal as it was. */
export async function runTop({ observe, terminal, paint, signal }: TopOptions): Promise<void> {
  const quit = new AbortController();
  let state: TopState = { sort: 'spec', scroll: 0, help: false };
  let status: ClusterStatus | null = null;
  const draw = () => {
    const { columns, rows } = screen;
    if (status === null) return screen.draw(['  asking every node …']);
    screen.draw(formatTop(status, state, { columns, rows, nowMs: systemClock.nowMs(), paint }));
  };
  const onKey = (key: string) => {
    const page = Math.max(1, screen.rows - 2);
    const end = status === null ? 0 : scrollEnd(bodyLength(status, screen.columns, paint), page);
    const next = pressTopKey(state, key, { page, end });
    if (next === 'quit') return quit.abort();
    state = next;
    draw();
  };
  const screen = startFullScreen({ ...terminal, onKey, onResize: draw });
  try {
    draw();
    await everySecond(
      async () => {
        status = await observe();
        if (!quit.signal.aborted) draw();
      },
      AbortSignal.any([signal, quit.signal]),
    );
  } finally {
    screen.close();
  }
}
