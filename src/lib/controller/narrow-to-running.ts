import type { PlaceWish } from '../store/placements.ts';

/**
 * Narrows a wish to nodes that run the stream already, one a region where there are several regions, so that the store
 * takes them over as they are, however full they may be. Null when none of them may be placed on. What is missing after
 * that is for the whole wish.
 */
export function narrowToRunning(wish: PlaceWish, running: readonly string[]): PlaceWish | null {
  const regions = wish.regions.map((region) => ({
    ...region,
    candidates: region.candidates.filter(({ name }) => running.includes(name)),
  }));
  const count = regions.reduce((sum, { candidates }) => sum + candidates.length, 0);
  if (count === 0) return null;
  const isOneRegion = wish.regions.filter(({ candidates }) => candidates.length > 0).length === 1;
  const most = isOneRegion ? count : regions.filter(({ candidates }) => candidates.length > 0).length;
  return { ...wish, regions, replicas: Math.min(wish.replicas, most) };
}
