/** Ctrl-C and TERM: the first aborts the work and gives it time to tidy up, the second ends it at once. */
import { EXIT } from '../base/errors.ts';

/** Work that does not heed its signal is left behind after this long. */
const GRACE_MS = 5_000;

export interface Interrupts {
  /** Resolves or rejects with the work, or rejects when the grace after a signal is over. */
  race<T>(work: Promise<T>): Promise<T>;
  close(): void;
}

/** Starts to abort `controller` on signals; `graceMs` is asked when one comes. */
export function watchInterrupts(
  controller: AbortController,
  graceMs: () => number | undefined = () => undefined,
): Interrupts {
  let timer: NodeJS.Timeout | undefined;
  let giveUp: (error: Error) => void = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  tooLate.catch(() => {});
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    timer = setTimeout(() => giveUp(new Error('interrupted')), graceMs() ?? GRACE_MS);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    race: async (work) => await Promise.race([work, tooLate]),
    close: () => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
