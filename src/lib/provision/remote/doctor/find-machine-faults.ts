/** What a machine's facts say to whoever keeps it, beyond what `up` refuses. Pure. */
import { toStreamctlError } from '../../../base/errors.ts';
import { type Finding, fine } from '../../checks/check.ts';
import type { Machine } from '../facts-script.ts';
import { missingPackages } from '../install-packages.ts';
import {
  CLOCK_REFUSED_MS,
  CLOCK_WARNED_MS,
  findOldPackages,
  isClockRefused,
  judgeMachine,
  wordOffset,
} from '../judge-machine.ts';

type Found = Omit<Finding, 'check'>;

/** What can be mended on a machine without asking anybody. */
export interface Mending {
  /** Installs packages of the distribution. */
  install(names: readonly string[]): Promise<void>;
  /** Sets kernel settings, now and at each boot. */
  setKernel(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Lets the clock follow network time. */
  followTime(): Promise<void>;
}

const LOW_DISK_MB = 5_000;
/** An edge needs two descriptors a viewer. */
const LOW_FILES = 16_384;
/** As many viewers may come at once as nginx lets wait (`backlog` in nginx-edge.conf). */
const LEAST_BACKLOG = 4096;

/** Findings of one machine, faults first as they are listed. */
export function findMachineFaults(node: string, machine: Machine, mending: Mending): Found[] {
  const obstacle = judgeMachine(node, machine, { architecture: process.arch });
  if (obstacle !== null) {
    const { message, hint } = toStreamctlError(obstacle);
    return [{ ...fault(message, hint ?? null), fix: mendObstacle(machine, mending) }];
  }
  return [
    fine(`${machine.distribution} ${machine.release}, ${machine.cores} cores, ${machine.freeMb} MB free`),
    findPackages(machine, mending),
    findClock(machine, mending),
    findKernel(machine, mending),
    ...findScarce(machine),
  ];
}

/** Of what `up` refuses, an old package and a clock can be mended, if nothing else is in the way. */
function mendObstacle(machine: Machine, { install, followTime }: Mending): Found['fix'] {
  if (machine.sudo !== '') return null;
  const old = findOldPackages(machine).map(({ name }) => name);
  if (old.length > 0) return () => install(old);
  return isClockRefused(machine) ? followTime : null;
}

function findPackages(machine: Machine, { install }: Mending): Found {
  const names = missingPackages(machine);
  if (names.length > 0) {
    return {
      state: 'fault',
      text: `not installed: ${names.join(', ')}`,
      remedy: 'streamctl up installs them, and so does --fix.',
      fix: () => install(names),
    };
  }
  const { nginx, ffmpeg, 'redis-server': redis } = machine.packages;
  return fine(`nginx ${nginx}, ffmpeg ${ffmpeg}, redis ${redis}`);
}

function findClock({ clockOffsetMs, clockErrorMs }: Machine, { followTime }: Mending): Found {
  const text = `clock ${wordOffset(clockOffsetMs)}, ± ${clockErrorMs.toFixed(0)} ms`;
  if (Math.abs(clockOffsetMs) - clockErrorMs <= CLOCK_WARNED_MS) return fine(text);
  return {
    state: 'warning',
    text,
    remedy: `Replicas meet on the clock: keep it within ${CLOCK_WARNED_MS} ms (sudo timedatectl set-ntp true).`,
    fix: followTime,
  };
}

function findKernel({ backlog }: Machine, { setKernel }: Mending): Found {
  const text = `net.core.somaxconn is ${backlog}`;
  if (backlog >= LEAST_BACKLOG) return fine(text);
  return {
    state: 'warning',
    text,
    remedy: `Set it to ${LEAST_BACKLOG}, or viewers that come at once are turned away.`,
    fix: () => setKernel({ 'net.core.somaxconn': String(LEAST_BACKLOG) }),
  };
}

function findScarce({ freeMb, openFiles }: Machine): Found[] {
  const found: Found[] = [];
  if (freeMb < LOW_DISK_MB) {
    found.push(warning(`${freeMb} MB are free under /var/lib`, 'Make room, or shorten media.dvrSec.'));
  }
  if (openFiles < LOW_FILES) {
    found.push(
      warning(
        `${openFiles} open files allowed for each process`,
        'Raise fs.nr_open, or the limit of open files of the container that it is.',
      ),
    );
  }
  return found;
}

/** How far the clocks of all machines are from one another. */
export function findSpread(machines: ReadonlyMap<string, Machine>): Found {
  const sorted = [...machines].sort(([, a], [, b]) => a.clockOffsetMs - b.clockOffsetMs);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || first === last) return fine('one machine, one clock');
  const spread = last[1].clockOffsetMs - first[1].clockOffsetMs;
  const error = last[1].clockErrorMs + first[1].clockErrorMs;
  const text = `clocks are ${spread.toFixed(0)} ms apart, ± ${error.toFixed(0)} ms (${first[0]} and ${last[0]})`;
  if (spread - error <= CLOCK_WARNED_MS) return fine(text);
  const remedy = 'Let all machines follow network time.';
  return spread - error > CLOCK_REFUSED_MS ? fault(text, remedy) : warning(text, remedy);
}

function warning(text: string, remedy: string): Found {
  return { state: 'warning', text, remedy, fix: null };
}

function fault(text: string, remedy: string | null): Found {
  return { state: 'fault', text, remedy, fix: null };
}
