import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { LightRegionSettings, RequestCounts } from './run-light-region.ts';

export interface LightRegion {
  /** Multivariant playlist. */
  readonly url: string;
  /** From now on it refuses connections and ends those that are open, or answers nothing any more. */
  die(how: 'refuse' | 'hang'): void;
  counts(): Promise<RequestCounts>;
}

/** Two regions, us and eu, that can serve a thousand simulated viewers on this machine when the parts are long. */
export async function startLightRegions(
  addresses: readonly [string, string],
  { partSec, offers = false }: { readonly partSec: number; readonly offers?: boolean },
): Promise<{ readonly us: LightRegion; readonly eu: LightRegion; close(): Promise<void> }> {
  const pathways = await Promise.all(
    (['us', 'eu'] as const).map(async (region, at) => {
      const address = addresses[at]!;
      return { name: `${region}-1`, region, baseUrl: `http://${address}:${await freePort(address)}` };
    }),
  );
  const zeroMs = Date.now() - 80_000 * partSec;
  const children = pathways.map((pathway) => start({ pathway, pathways, zeroMs, partSec, offers }));
  await Promise.all(children.map((child) => once(child, 'message')));
  const [us, eu] = children.map((child, at) => regionOf(child, pathways[at]!.baseUrl)) as [
    LightRegion,
    LightRegion,
  ];
  const close = async (): Promise<void> => {
    await Promise.all(
      children.map(async (child) => {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }),
    );
  };
  return { us, eu, close };
}

function start(settings: LightRegionSettings): ChildProcess {
  const file = join(import.meta.dirname, 'run-light-region.ts');
  return fork(file, [JSON.stringify(settings)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

function regionOf(child: ChildProcess, baseUrl: string): LightRegion {
  return {
    url: `${baseUrl}/live/test/index.m3u8`,
    die: (how) => void child.send(how),
    counts: async () => {
      child.send('counts');
      const [counts] = (await once(child, 'message')) as [RequestCounts];
      return counts;
    },
  };
}
