/** This node's pipelines as supervised units: starts and removes them as planned. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../base/logger.ts';
import type { NodeConfig } from '../nodes/node-config.ts';
import type { ServiceManager, Unit } from '../nodes/service-manager.ts';
import type { PipelinePlan } from './plan-pipelines.ts';

export const PIPELINE_PREFIX = 'pipeline-';
/** A pipeline closes its feed and its encoders within this. */
const STOP_TIMEOUT_SEC = 3;

/** Describes the unit of one stream's pipeline. */
export function formatPipelineUnit(config: NodeConfig, stream: string): Unit {
  const { nodeBinary, program } = config.files;
  return {
    name: `${PIPELINE_PREFIX}${stream}`,
    argv: [
      nodeBinary,
      program,
      'daemon',
      'pipeline',
      '--config',
      join(config.dirs.node, 'node.json'),
      '--stream',
      stream,
    ],
    env: {},
    stopTimeoutSec: STOP_TIMEOUT_SEC,
  };
}

/** Pipelines as units of a service manager. Changes run beside one another, one at a time for each stream. */
export class PipelineUnits {
  readonly #config: NodeConfig;
  readonly #services: ServiceManager;
  readonly #log: Logger;
  #changing = new Map<string, Promise<void>>();

  constructor(config: NodeConfig, services: ServiceManager, log: Logger) {
    this.#config = config;
    this.#services = services;
    this.#log = log;
  }

  /** Streams with a unit, and whether it is wanted up. */
  async list(): Promise<ReadonlyMap<string, { readonly isUp: boolean }>> {
    const units = (await this.#services.list()).filter((unit) => unit.name.startsWith(PIPELINE_PREFIX));
    return new Map(
      units.map(({ name, state }) => [
        name.slice(PIPELINE_PREFIX.length),
        { isUp: state !== 'stopped' && state !== 'failed' },
      ]),
    );
  }

  /** Begins what the plan says and does not wait; a stream that is being changed is left for the next plan. */
  apply(plan: PipelinePlan): void {
    for (const stream of plan.start) {
      this.#change(stream, 'start', async () => {
        const unit = formatPipelineUnit(this.#config, stream);
        await this.#services.install(unit);
        await this.#services.start(unit.name);
      });
    }
    for (const stream of plan.remove) {
      this.#change(stream, 'remove', async () => {
        const name = `${PIPELINE_PREFIX}${stream}`;
        await this.#services.remove(name);
        await rm(join(this.#config.dirs.data, name), { recursive: true, force: true });
      });
    }
  }

  /**
   * Writes the units of these streams anew where they differ, and restarts nothing: one that crashes after an upgrade must
   * find the program that there is now.
   */
  renew(streams: Iterable<string>): void {
    for (const stream of streams) {
      this.#change(stream, 'renew', async () => {
        await this.#services.install(formatPipelineUnit(this.#config, stream));
      });
    }
  }

  /** Removes a folder of a pipeline that has no unit; one that is being changed is left alone. */
  clear(stream: string, dir: string): void {
    this.#change(stream, 'clear', async () => {
      if (!(await this.list()).has(stream)) await rm(dir, { recursive: true, force: true });
    });
  }

  /** Resolves when every change that was begun is over. */
  async settle(): Promise<void> {
    await Promise.all(this.#changing.values());
  }

  #change(stream: string, what: string, run: () => Promise<void>): void {
    if (this.#changing.has(stream)) return;
    this.#log.info({ stream }, `${what} pipeline`);
    const change = run()
      .catch((error: unknown) => this.#log.error({ err: error, stream }, `${what} pipeline failed`))
      .finally(() => this.#changing.delete(stream));
    this.#changing.set(stream, change);
  }
}
