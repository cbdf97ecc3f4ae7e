/** Where systemd keeps the units of one node of a cluster, and what they are called. Pure. */
import { basename, join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { nodeLayout } from '../layout.ts';

/** A node on its machine: there is one of a cluster on each. */
export interface UnitPlace {
  /** Its last part is the cluster's name. */
  readonly clusterDir: string;
  readonly node: string;
}

/** The user that every unit runs as; it has no shell, no home and no rights but to its cluster's folders. */
export const SYSTEM_USER = 'streamctl';

/** Folder of unit files that an administrator (and streamctl) makes. */
export const UNIT_FOLDER = '/etc/systemd/system';

/** What the units' names begin with: `streamctl-CLUSTER`. */
export function unitPrefix({ clusterDir }: UnitPlace): string {
  return `streamctl-${basename(clusterDir)}`;
}

/** Returns the name under which systemd knows a unit of `up`. Throws USAGE for what is no name of a unit. */
export function staticUnitId(place: UnitPlace, name: string): string {
  return `${unitPrefix(place)}-${checkUnitName(name)}.service`;
}

/** Returns the name under which systemd knows a unit of the agent: an instance of the template. Throws USAGE. */
export function agentUnitId(place: UnitPlace, name: string): string {
  return templateId(place).replace('@', `@${checkUnitName(name)}`);
}

/** The template of the agent's units. */
export function templateId(place: UnitPlace): string {
  return `${unitPrefix(place)}-run@.service`;
}

/** Folder of a unit: its working directory, where its notes are. */
export function unitFolder(place: UnitPlace, name: string, mode: 'static' | 'dynamic'): string {
  const { service, services } = nodeLayout(place.clusterDir, place.node);
  return join(mode === 'static' ? service : services, checkUnitName(name));
}

function checkUnitName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name)) return name;
  throw new StreamctlError('USAGE', `"${name}" is no name of a unit`);
}
