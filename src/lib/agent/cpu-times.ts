/** The kernel's counters of the CPU's time (proc(5), /proc/stat), as shares. Pure. */

/** Shares of 1 in a while, of all cores together. */
export interface CpuShares {
  /** Not idle: what ran here, and what the host kept back. */
  readonly busy: number;
  /** What something here was ready for while the host ran others: steal time of a virtual machine. */
  readonly stolen: number;
}

/** Since the start of the machine, in ticks. */
export interface CpuTimes {
  readonly total: number;
  readonly idle: number;
  readonly stolen: number;
}

/** What passed between two looks; zeros where no time did. */
export function sharesOf(before: CpuTimes, now: CpuTimes): CpuShares {
  const total = now.total - before.total;
  if (total <= 0) return { busy: 0, stolen: 0 };
  // The counters of idle and stolen time may go back by a tick.
  const share = (ticks: number): number => Math.min(1, Math.max(0, ticks / total));
  return { busy: 1 - share(now.idle - before.idle), stolen: share(now.stolen - before.stolen) };
}

/**
 * Parses the text of /proc/stat: `cpu user nice system idle iowait irq softirq steal guest guest_nice`, in ticks; guests are
 * part of user and nice. Null where the system does not tell.
 */
export function parseCpuTimes(text: string): CpuTimes | null {
  const ticks = text.split('\n', 1)[0]!.trim().split(/\s+/).slice(1, 9).map(Number);
  if (ticks.length < 8 || ticks.some(Number.isNaN)) return null;
  const [idle, iowait, stolen] = [ticks[3]!, ticks[4]!, ticks[7]!];
  return { total: ticks.reduce((sum, one) => sum + one, 0), idle: idle + iowait, stolen };
}
