import { isDeepStrictEqual } from 'node:util';
import type { UnitReport } from '../../src/lib/health/report.ts';
import type { ServiceManager, Unit } from '../../src/lib/nodes/service-manager.ts';

/** A service manager that only remembers; units run as soon as they are started. */
export class FakeServices implements ServiceManager {
  readonly units = new Map<string, { unit: Unit; running: boolean; startedMs: number | null }>();

  async install(unit: Unit): Promise<boolean> {
    const present = this.units.get(unit.name);
    this.units.set(unit.name, { running: false, startedMs: null, ...present, unit });
    return present === undefined;
  }

  async start(name: string): Promise<void> {
    const { unit } = this.#get(name);
    this.units.set(name, { unit, running: true, startedMs: Date.now() });
  }

  async restart(name: string): Promise<void> {
    await this.start(name);
  }

  async stop(name: string): Promise<void> {
    this.#get(name).running = false;
  }

  async remove(name: string): Promise<void> {
    this.units.delete(name);
  }

  async list(): Promise<readonly UnitReport[]> {
    return [...this.units].map(([name, { running, startedMs }]) => ({
      name,
      state: running ? 'running' : 'stopped',
      pid: null,
      sinceMs: startedMs,
    }));
  }

  async runs(unit: Unit): Promise<boolean> {
    const found = this.units.get(unit.name);
    return found?.running === true && isDeepStrictEqual(found.unit, unit);
  }

  async lastExit(): Promise<null> {
    return null;
  }

  async lastLines(): Promise<readonly string[]> {
    return [];
  }

  #get(name: string): { unit: Unit; running: boolean; startedMs: number | null } {
    const found = this.units.get(name);
    if (found === undefined) throw new Error(`unit ${name} is not installed`);
    return found;
  }
}
