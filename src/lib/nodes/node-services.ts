/** The service managers of a node: what `up` made there, and what the agent makes. */
import { nodeLayout } from './layout.ts';
import type { NodeConfig } from './node-config.ts';
import { createRunitServices } from './runit.ts';
import type { ServiceManager } from './service-manager.ts';
import { createSystemdServices } from './systemd/systemd.ts';

/** Which program keeps a node's units running. */
export type Supervisor = NonNullable<NodeConfig['supervisor']>;

/** The services that `up` makes on a node. */
export function staticServices(
  clusterDir: string,
  node: string,
  supervisor: Supervisor = 'runit',
): ServiceManager {
  if (supervisor === 'systemd') return createSystemdServices({ mode: 'static', clusterDir, node });
  const { service, log } = nodeLayout(clusterDir, node);
  return createRunitServices({ mode: 'static', dir: service, logDir: log, clusterDir });
}

/** The services that a node's agent makes. */
export function dynamicServices(
  clusterDir: string,
  node: string,
  supervisor: Supervisor = 'runit',
): ServiceManager {
  if (supervisor === 'systemd') return createSystemdServices({ mode: 'dynamic', clusterDir, node });
  const { services, log } = nodeLayout(clusterDir, node);
  return createRunitServices({ mode: 'dynamic', dir: services, logDir: log, clusterDir });
}
