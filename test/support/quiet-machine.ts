/** Tests of exact times on a machine that others use, too. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { TestContext } from 'node:test';

/** The event loop was never later than this, milliseconds: then times are the program's own. */
const QUIET_MS = 30;
const ATTEMPTS = 5;

/** Begins to watch how late the event loop is; the function returned ends that and says the most, milliseconds. */
export function watchLateness(): () => number {
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  return () => {
    loop.disable();
    return loop.max / 1e6;
  };
}

/**
 * Runs until the machine left this process its time throughout a run, a few times at most. False when it never did: what
 * was timed then says nothing, and the test says so.
 */
export async function onQuietMachine(t: TestContext, run: () => Promise<void>): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const latest = watchLateness();
    await run();
    const lateMs = latest();
    if (lateMs < QUIET_MS) return true;
    t.diagnostic(`run ${attempt}: the machine took ${Math.round(lateMs)} ms at a time`);
  }
  t.diagnostic('the machine was too busy to tell times');
  return false;
}
