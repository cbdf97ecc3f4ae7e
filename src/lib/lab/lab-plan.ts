/**
 * A lab: real Debian machines inside this one, to rehearse on what later happens on machines far away. Each has systemd
 * as init, sshd and an address of its own; each region is a bridge, and a router joins the regions.
 *
 * It is not a driver of clusters: it makes machines, breaks them and takes them away. Invariants:
 * - Everything is in namespaces that live as long as the lab's processes. This machine's own network, mounts, services
 *   and ssh are not touched, nothing leads outside, and whoever kills the processes has removed the lab but for its files.
 * - Every process carries STREAMCTL_LAB (the lab's folder) and STREAMCTL_LAB_PART; no other process is ever ended.
 * - A machine that was not told that its network is in place ends by itself: a killed `up` leaves no half-made machine.
 *
 * This file is the pure part: which machines a lab has, and where.
 */
import { StreamctlError } from '../base/errors.ts';

export interface LabShape {
  readonly regions: readonly string[];
  readonly nodesPerRegion: number;
}

export interface LabMachine {
  /** `us-1`: also its host name. */
  readonly name: string;
  readonly region: string;
  /** 10.213.REGION.NODE, known inside the lab alone: labs side by side use the same ones. */
  readonly address: string;
}

export interface LabRegion {
  readonly name: string;
  /** With its length: `10.213.1.0/24`. */
  readonly subnet: string;
  /** The router's address in it. */
  readonly gateway: string;
}

export interface LabPlan {
  readonly regions: readonly LabRegion[];
  readonly machines: readonly LabMachine[];
}

/** All addresses of a lab lie in 10.213.0.0/16. */
const PREFIX = '10.213';
/** Interface names have 15 characters at most: `v-` and a machine's name. */
const REGION_NAME = /^[a-z][a-z0-9]{0,8}$/;
const LAB_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
const MAX_REGIONS = 8;
const MAX_MACHINES = 24;

/** Plans the machines of a lab. Throws USAGE when a name or number is out of bounds. */
export function planLab({ regions, nodesPerRegion }: LabShape): LabPlan {
  checkRegions(regions);
  if (!Number.isInteger(nodesPerRegion) || nodesPerRegion < 1) {
    throw usage(`${nodesPerRegion} nodes in each region is no lab`, 'Ask for 1 or more.');
  }
  if (regions.length * nodesPerRegion > MAX_MACHINES) {
    throw usage(
      `${regions.length * nodesPerRegion} machines are more than a lab can have`,
      `Ask for ${MAX_MACHINES} at most.`,
    );
  }
  return {
    regions: regions.map((name, index) => ({
      name,
      subnet: `${PREFIX}.${index + 1}.0/24`,
      gateway: `${PREFIX}.${index + 1}.254`,
    })),
    machines: regions.flatMap((region, index) =>
      Array.from({ length: nodesPerRegion }, (_, node) => ({
        name: `${region}-${node + 1}`,
        region,
        address: `${PREFIX}.${index + 1}.${node + 1}`,
      })),
    ),
  };
}

/** Returns the name of a lab. Throws USAGE when it cannot be one. */
export function checkLabName(name: string): string {
  if (LAB_NAME.test(name)) return name;
  throw usage(
    `"${name}" cannot be the name of a lab`,
    'Use up to 32 lower-case letters, digits and hyphens.',
  );
}

function checkRegions(regions: readonly string[]): void {
  const odd = regions.find((name) => !REGION_NAME.test(name));
  if (odd !== undefined) {
    throw usage(
      `"${odd}" cannot be a region of a lab`,
      'Use up to 9 lower-case letters and digits, beginning with a letter.',
    );
  }
  if (new Set(regions).size < regions.length) {
    throw usage(`a region is named twice: ${regions.join(', ')}`, 'Name each region once.');
  }
  if (regions.length === 0 || regions.length > MAX_REGIONS) {
    throw usage(`${regions.length} regions is no lab`, `Name 1 to ${MAX_REGIONS}, as in --regions us,eu.`);
  }
}

function usage(message: string, hint: string): StreamctlError {
  return new StreamctlError('USAGE', message, { hint });
}
