import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import type { Load } from '../health/report.ts';

/** Measures the machine, and the disk that the folder is on; 1 is full. */
export async function measureLoad(dir: string): Promise<Load> {
  const disk = await statfs(dir).then(
    ({ bavail, blocks }) => (blocks === 0 ? 0 : 1 - bavail / blocks),
    () => 0,
  );
  return { cpu: loadavg()[0]! / availableParallelism(), memory: 1 - freemem() / totalmem(), disk };
}
