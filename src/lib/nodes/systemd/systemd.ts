/**
 * The service manager on systemd, on a machine that is one node of a cluster, in two modes.
 *
 * `static`: units of `up`, each a unit file of its own, made by root, started again by a boot. `dynamic`: units of the
 * agent, which is not root: instances of one template (agent-units.ts), started and stopped through a socket that the agent
 * alone may open. Neither stops when the agent does. No polkit: rules that look at a unit's name need a newer one
 * than some Ubuntus have, and the agent's NoNewPrivileges rules sudo out.
 *
 * What it needs beforehand: the system user (system-user.ts), and the node's folders, `data`, `services` and `www` the user's.
 */
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import type { UnitReport } from '../../health/report.ts';
import { nodeLayout } from '../layout.ts';
import type { ServiceManager, Unit } from '../service-manager.ts';
import { type LastExit, noteAskedExit, readLastExit, readStarted } from '../unit-notes.ts';
import { writeIfDiffers } from '../write-if-differs.ts';
import { bootLink, enableUnit } from './boot-link.ts';
import { askDoor } from './door.ts';
import { readJournalTail } from './journal.ts';
import { giveToSystemUser } from './system-user.ts';
import { showUnit, systemctl } from './systemctl.ts';
import { doorSocket, formatRunScript, formatStaticUnit } from './unit-files.ts';
import { agentUnitId, staticUnitId, UNIT_FOLDER, type UnitPlace, unitFolder } from './unit-place.ts';
import { findMainProcess, reportUnit } from './unit-report.ts';

/** Where a unit's files go, how it is switched, and what it is called. */
interface Kind {
  readonly mode: 'static' | 'dynamic';
  id(name: string): string;
  write(unit: Unit, dir: string): Promise<boolean>;
  digest(unit: Unit): string;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  forget(name: string): Promise<void>;
}

export interface SystemdOptions extends UnitPlace {
  /** `static` needs root, `dynamic` the system user. */
  readonly mode: 'static' | 'dynamic';
}

/** Creates the services of a node on the machine that it is. */
export function createSystemdServices({ mode, ...place }: SystemdOptions): ServiceManager {
  return new SystemdServices(place, mode === 'static' ? createStaticKind(place) : createAgentKind(place));
}

class SystemdServices implements ServiceManager {
  readonly #place: UnitPlace;
  readonly #kind: Kind;

  constructor(place: UnitPlace, kind: Kind) {
    this.#place = place;
    this.#kind = kind;
  }

  #dir(name: string): string {
    return unitFolder(this.#place, name, this.#kind.mode);
  }

  async install(unit: Unit): Promise<boolean> {
    return await this.#kind.write(unit, this.#dir(unit.name));
  }

  async start(name: string): Promise<void> {
    if (!(await exists(this.#dir(name))))
      throw new StreamctlError('NOT_FOUND', `cannot start ${name}: the unit is not installed`);
    await this.#kind.start(name);
  }

  async restart(name: string): Promise<void> {
    await this.stop(name);
    await this.start(name);
  }

  async stop(name: string): Promise<void> {
    if (!(await exists(this.#dir(name)))) return;
    await this.#kind.stop(name);
    await noteAskedExit(this.#dir(name));
  }

  async remove(name: string): Promise<void> {
    const dir = this.#dir(name);
    if (!(await exists(dir))) return;
    await this.#kind.stop(name);
    await this.#kind.forget(name);
    await rm(dir, { recursive: true, force: true });
  }

  async list(): Promise<readonly UnitReport[]> {
    const { service, services } = nodeLayout(this.#place.clusterDir, this.#place.node);
    const folder = this.#kind.mode === 'static' ? service : services;
    const names = (await readdir(folder).catch(() => [])).filter((name) => /^[a-z0-9]/.test(name)).sort();
    return await Promise.all(
      names.map((name) => reportUnit({ name, id: this.#kind.id(name), dir: join(folder, name) })),
    );
  }

  async runs(unit: Unit): Promise<boolean> {
    const dir = this.#dir(unit.name);
    if ((await findMainProcess(this.#kind.id(unit.name), dir)) === null) return false;
    return (await readStarted(dir))?.digest === this.#kind.digest(unit);
  }

  async lastExit(name: string): Promise<LastExit | null> {
    return await readLastExit(this.#dir(name));
  }

  async lastLines(name: string, count: number): Promise<readonly string[]> {
    return await readJournalTail(this.#kind.id(name), count);
  }
}

function createStaticKind(place: UnitPlace): Kind {
  const id = (name: string): string => staticUnitId(place, name);
  return {
    mode: 'static',
    id,
    digest: (unit) => formatStaticUnit(place, unit).digest,
    async write(unit, dir) {
      await mkdir(dir, { recursive: true });
      await giveToSystemUser([dir]);
      return await writeIfDiffers(
        join(UNIT_FOLDER, id(unit.name)),
        formatStaticUnit(place, unit).text,
        0o644,
      );
    },
    async start(name) {
      await enableUnit(id(name));
      if ((await showUnit(id(name))).isOutdated) await systemctl('read unit files', ['daemon-reload']);
      await systemctl(`start ${name}`, ['start', id(name)]).catch(async (error: unknown) => {
        // One that exits as soon as it is started is tried again: whoever waits for it to be healthy tells why.
        if (!['active', 'activating'].includes((await showUnit(id(name))).active)) throw error;
      });
    },
    async stop(name) {
      await rm(bootLink(id(name)), { force: true });
      await systemctl(`stop ${name}`, ['stop', id(name)]);
    },
    async forget(name) {
      await rm(join(UNIT_FOLDER, id(name)), { force: true });
      await systemctl('read unit files', ['daemon-reload']);
    },
  };
}

function createAgentKind(place: UnitPlace): Kind {
  const door = doorSocket(place);
  return {
    mode: 'dynamic',
    id: (name) => agentUnitId(place, name),
    digest: (unit) => formatRunScript(place, unit).digest,
    write: (unit, dir) => writeIfDiffers(join(dir, 'run'), formatRunScript(place, unit).text, 0o755),
    start: (name) => askDoor(door, `start ${name}`),
    stop: (name) => askDoor(door, `stop ${name}`),
    forget: async () => {},
  };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
