/**
 * The service manager on runit, in two modes.
 *
 * `static`: services of `up`, watched by one runsvdir per node, which looks for new folders every 5 s; install
 * everything first, then start. `dynamic`: services of the agent; each gets a detached runsv of its own, so start
 * is instant and stop leaves nothing behind. In both, whoever started a unit may die: it stays supervised.
 */
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import type { UnitReport } from '../health/report.ts';
import { isGroupAlive, isGroupOwned } from './processes.ts';
import { readLastLines } from './read-log.ts';
import { digestUnit, formatRunitFiles, SVLOGD_CONFIG } from './runit-files.ts';
import type { RunsvStatus } from './runit-status.ts';
import { control, isSupervised, killGroup, readStatus, spawnDetached, waitUntil } from './runsv.ts';
import { ensureRunsvdir } from './runsvdir.ts';
import type { ServiceManager, Unit } from './service-manager.ts';
import {
  isLooping,
  type LastExit,
  noteAskedExit,
  readLastExit,
  readStarted,
  wordComing,
} from './unit-notes.ts';
import { writeIfDiffers } from './write-if-differs.ts';

export interface RunitOptions {
  readonly mode: 'static' | 'dynamic';
  /** Folder of service folders: `nodes/NODE/service` or `nodes/NODE/services`. */
  readonly dir: string;
  /** Folder of log folders: `nodes/NODE/log`. */
  readonly logDir: string;
  readonly clusterDir: string;
}

/** runsvdir looks every 5 s. */
const SUPERVISED_TIMEOUT_MS = 8_000;
const KILLED_TIMEOUT_MS = 3_000;
/** Units find the same programs whoever runs `up`; Node and the program are named by absolute paths. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function createRunitServices(options: RunitOptions): ServiceManager {
  return new RunitServices(options);
}

class RunitServices implements ServiceManager {
  readonly #options: RunitOptions;
  /** Units that are just being started: nothing watches them yet. */
  readonly #starting = new Set<string>();

  constructor(options: RunitOptions) {
    this.#options = options;
  }

  #dir(name: string): string {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
      throw new StreamctlError('USAGE', `"${name}" is no name of a unit`);
    return join(this.#options.dir, name);
  }

  async install(unit: Unit): Promise<boolean> {
    const { clusterDir, logDir } = this.#options;
    const dir = this.#dir(unit.name);
    const ownLog = join(logDir, unit.name);
    const files = formatRunitFiles(unit, { clusterDir, logDir: ownLog });
    await mkdir(ownLog, { recursive: true });
    await writeIfDiffers(join(ownLog, 'config'), SVLOGD_CONFIG, 0o644);
    if (!(await exists(dir))) {
      await this.#create(dir, files);
      return true;
    }
    let changed = false;
    for (const { path, text, mode } of files) {
      changed = (await writeIfDiffers(join(dir, path), text, mode)) || changed;
    }
    return changed;
  }

  /** A whole folder appears at once, so that runsvdir never sees half of one. */
  async #create(dir: string, files: ReturnType<typeof formatRunitFiles>): Promise<void> {
    const draft = join(dirname(dir), `.new-${process.pid}-${dir.split('/').at(-1)}`);
    await rm(draft, { recursive: true, force: true });
    for (const { path, text, mode } of files) await writeIfDiffers(join(draft, path), text, mode);
    await writeFile(join(draft, 'down'), '');
    await rename(draft, dir);
  }

  async start(name: string): Promise<void> {
    const dir = this.#dir(name);
    await this.#requireInstalled(name);
    this.#starting.add(name);
    try {
      await rm(join(dir, 'down'), { force: true });
      if (!(await isSupervised(dir))) await this.#supervise(dir);
    } finally {
      this.#starting.delete(name);
    }
    const status = await readStatus(dir);
    if (status?.state === 'run' && status.wantUp) return;
    await control(dir, 'u');
    await waitUntil(async () => (await readStatus(dir))?.wantUp === true, 2_000);
  }

  async #supervise(dir: string): Promise<void> {
    const { mode, clusterDir } = this.#options;
    const env = { PATH: SYSTEM_PATH, STREAMCTL_CLUSTER_DIR: clusterDir };
    if (mode === 'static') await ensureRunsvdir(this.#options.dir, env);
    else spawnDetached(['runsv', dir], env);
    if (await waitUntil(() => isSupervised(dir), SUPERVISED_TIMEOUT_MS)) return;
    throw new StreamctlError('ENVIRONMENT', `runit did not take over ${dir} within 8 s`, {
      hint: 'Check that runit is installed: streamctl doctor.',
    });
  }

  async restart(name: string): Promise<void> {
    await this.stop(name);
    await this.start(name);
  }

  async stop(name: string): Promise<void> {
    const dir = this.#dir(name);
    if (!(await exists(dir))) return;
    await writeFile(join(dir, 'down'), '');
    const before = await readStatus(dir);
    const supervised = await control(dir, this.#options.mode === 'dynamic' ? 'dx' : 'd');
    const pid = before?.pid ?? null;
    if (!supervised || pid === null) await this.#killOrphan(dir, pid);
    else {
      const timeoutMs = (await this.#stopTimeoutSec(dir)) * 1000;
      if (!(await waitUntil(async () => !(await isGroupAlive(pid)), timeoutMs))) {
        killGroup(pid);
        await waitUntil(async () => !(await isGroupAlive(pid)), KILLED_TIMEOUT_MS);
      }
    }
    if (this.#options.mode === 'dynamic')
      await waitUntil(async () => !(await isSupervised(dir)), KILLED_TIMEOUT_MS);
    else if (supervised) {
      await waitUntil(async () => isDown(await readStatus(dir)), KILLED_TIMEOUT_MS);
    }
    await noteAskedExit(dir);
  }

  /**
   * Kills what runs of a unit whose runsv was killed. It may be so young that it has no process group yet; and of what runsv
   * and the unit noted a boot may have made another's process.
   */
  async #killOrphan(dir: string, noted: number | null): Promise<void> {
    const { clusterDir } = this.#options;
    for (const pid of new Set([noted, (await readStarted(dir))?.pid ?? null])) {
      if (pid === null || !(await isGroupOwned(pid, clusterDir))) continue;
      killGroup(pid);
      await waitUntil(async () => !(await isGroupOwned(pid, clusterDir)), KILLED_TIMEOUT_MS);
    }
  }

  async #stopTimeoutSec(dir: string): Promise<number> {
    return Number(await readFile(join(dir, 'stop-timeout'), 'utf8').catch(() => '5')) || 5;
  }

  async remove(name: string): Promise<void> {
    const dir = this.#dir(name);
    if (!(await exists(dir))) return;
    await this.stop(name);
    const grave = join(dirname(dir), `.old-${process.pid}-${name}`);
    await rename(dir, grave);
    await control(grave, 'x');
    await waitUntil(async () => !(await isSupervised(grave)), KILLED_TIMEOUT_MS);
    await rm(grave, { recursive: true, force: true });
  }

  async list(): Promise<readonly UnitReport[]> {
    const names = await readdir(this.#options.dir).catch(() => []);
    const units = names.filter((name) => /^[a-z0-9]/.test(name)).sort();
    return await Promise.all(units.map((name) => this.#report(name)));
  }

  async #report(name: string): Promise<UnitReport> {
    const dir = this.#dir(name);
    const starting = this.#starting.has(name);
    const [supervised, status, unwanted, lastExit] = [
      await isSupervised(dir),
      await readStatus(dir),
      await exists(join(dir, 'down')),
      await readLastExit(dir),
    ];
    const coming = wordComing(lastExit, Date.now());
    if (!supervised || status === null) {
      const wanted = starting || supervised ? coming : 'failed';
      return { name, state: unwanted ? 'stopped' : wanted, pid: null, sinceMs: status?.sinceMs ?? null };
    }
    const { pid, sinceMs } = status;
    if (status.state !== 'run') {
      // How it ended is just being written down.
      const wanted = status.state === 'finish' ? 'restarting' : coming;
      return { name, state: status.wantUp ? wanted : 'stopped', pid: null, sinceMs };
    }
    const looping = isLooping(lastExit, sinceMs, Date.now());
    return { name, state: looping ? 'restarting' : 'running', pid, sinceMs };
  }

  async runs(unit: Unit): Promise<boolean> {
    const dir = this.#dir(unit.name);
    const [started, status] = [await readStarted(dir), await readStatus(dir)];
    if (started === null || status?.pid !== started.pid || !(await isSupervised(dir))) return false;
    return started.digest === digestUnit(unit);
  }

  async lastExit(name: string): Promise<LastExit | null> {
    return await readLastExit(this.#dir(name));
  }

  async lastLines(name: string, count: number): Promise<readonly string[]> {
    return await readLastLines(join(this.#options.logDir, name), count);
  }

  async #requireInstalled(name: string): Promise<void> {
    if (await exists(join(this.#dir(name), 'run'))) return;
    throw new StreamctlError('NOT_FOUND', `cannot start ${name}: the unit is not installed`);
  }
}

/** Down for good: `finish`, which notes how the unit ended, is over too. */
function isDown(status: RunsvStatus | null): boolean {
  return status === null || status.state === 'down';
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
