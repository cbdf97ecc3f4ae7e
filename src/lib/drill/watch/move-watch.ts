/** When the viewers of regions without an edge all play from another one. Pure. */
import type { ClusterSight } from '../cluster-sight.ts';
import type { Sample } from './viewer-log.ts';

export class MoveWatch {
  readonly #regions: ReadonlySet<string>;
  /** Unix milliseconds; null while somebody does not, or when no region was lost. */
  movedAtMs: number | null = null;

  /** `lostNodes` can serve nobody. */
  constructor({ nodes }: ClusterSight, lostNodes: readonly string[]) {
    const left = nodes.filter(({ roles, name }) => roles.includes('edge') && !lostNodes.includes(name));
    const served = new Set(left.map(({ region }) => region));
    const lost = nodes.filter(({ name }) => lostNodes.includes(name)).map(({ region }) => region);
    this.#regions = new Set(lost.filter((region) => !served.has(region)));
  }

  take({ atMs, viewers }: Sample): void {
    if (this.movedAtMs !== null || this.#regions.size === 0) return;
    const own = viewers.filter(({ region, startupMs }) => startupMs !== null && this.#regions.has(region));
    const moved = own.every(
      ({ state, playsFrom }) => state === 'playing' && playsFrom !== null && !this.#regions.has(playsFrom),
    );
    if (own.length > 0 && moved) this.movedAtMs = atMs;
  }
}
