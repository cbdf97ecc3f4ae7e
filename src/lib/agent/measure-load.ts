import { statfs } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { Load } from '../health/report.ts';
import type { CpuMeter } from './cpu-meter.ts';

/** Measures the machine, and the disk that the folder is on; 1 is full. */
export async function measureLoad(dir: string, meter: CpuMeter): Promise<Load> {
  const [{ busy, stolen }, disk] = await Promise.all([meter.look(), diskOf(dir)]);
  return { cpu: busy, stolen, memory: 1 - freemem() / totalmem(), disk };
}

async function diskOf(dir: string): Promise<number> {
  return await statfs(dir).then(
    ({ bavail, blocks }) => (blocks === 0 ? 0 : 1 - bavail / blocks),
    () => 0,
  );
}
