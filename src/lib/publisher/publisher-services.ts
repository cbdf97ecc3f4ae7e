import { publishersLayout } from '../nodes/layout.ts';
import { createRunitServices } from '../nodes/runit.ts';
import type { ServiceManager } from '../nodes/service-manager.ts';

/** The services of test publishers and their relays: supervised, and of no node. */
export function publisherServices(clusterDir: string): ServiceManager {
  const { services, log } = publishersLayout(clusterDir);
  return createRunitServices({ mode: 'dynamic', dir: services, logDir: log, clusterDir });
}
