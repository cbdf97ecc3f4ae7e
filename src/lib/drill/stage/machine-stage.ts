/**
 * The stage: a drill's hand on one machine that is reached by ssh. The undo process itself, run there as root for one
 * drill, also injects the faults of that machine, with the code that does it for local nodes. It heals when its input
 * ends, so when the command, its machine or the way between them is lost, and a timer of the machine's own systemd heals
 * should even the stage be lost.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StreamctlError } from '../../base/errors.ts';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { clusterLayout, nodeLayout } from '../../nodes/layout.ts';
import { loadNodeConfig } from '../../nodes/load-node-config.ts';
import type { ClusterSight } from '../cluster-sight.ts';
import type { Fault } from '../faults/fault.ts';
import { resolveFault } from '../faults/resolve-fault.ts';
import { runUndoProcess, type StrikeOrder, type UndoStage } from '../undo/undo-process.ts';
import { saveUndoRecord } from '../undo/undo-record.ts';
import { createTimerAlarm } from './timer-alarm.ts';

export interface StageOptions {
  /** `CLUSTERDIR/drills/ID/undo.json`; its folder need not be there. */
  readonly file: string;
  readonly input: Readable;
  readonly output: Writable;
  readonly nowMs: () => number;
  /** Program and arguments that run this streamctl. */
  readonly program: readonly string[];
}

/** Runs until its input ends; then all that was armed is undone. */
export async function runStage({ file, input, output, nowMs, program }: StageOptions): Promise<void> {
  const drill = basename(dirname(file));
  const clusterDir = join(dirname(file), '../..');
  await mkdir(dirname(file), { recursive: true });
  await saveUndoRecord(file, { version: 1, clusterDir, pid: process.pid, entries: [] });
  const heal = [...program, 'daemon', 'heal', '--config', clusterDir];
  const alarm = createTimerAlarm({ drill, command: heal, nowMs });
  const stage = new MachineStage(await loadOwnView(clusterDir), nowMs);
  await runUndoProcess({ file, input, output, nowMs, alarm, stage });
}

/** The sight of a machine that looks at nobody else: what a fault hits was chosen by the command. */
const NO_SIGHT: ClusterSight = {
  ...{ atMs: 0, nodes: [], state: 'offline', replicas: [], feeds: [], ingests: 0, unequal: [] },
  control: null,
};

class MachineStage implements UndoStage {
  readonly #view: ClusterView;
  readonly #nowMs: () => number;
  readonly #faults = new Map<string, Fault>();

  constructor(view: ClusterView, nowMs: () => number) {
    this.#view = view;
    this.#nowMs = nowMs;
  }

  async strike({ id, settings, longestMs }: StrikeOrder): Promise<string> {
    const context = { view: this.#view, sight: NO_SIGHT, nowMs: this.#nowMs, longestMs };
    const fault = await resolveFault(settings, context);
    this.#faults.set(id, fault);
    return (await fault.inject()).text;
  }

  async look(id: string): Promise<string | null> {
    return (await this.#faults.get(id)?.bit()) ?? null;
  }
}

/** The cluster as the node of this machine knows it. Throws NOT_FOUND on a machine that is no node of it. */
async function loadOwnView(clusterDir: string): Promise<ClusterView> {
  const { nodes, keySecret, redisPassword } = clusterLayout(clusterDir);
  const [name] = await readdir(nodes).catch((): string[] => []);
  if (name === undefined)
    throw new StreamctlError('NOT_FOUND', `there is no node of a cluster in ${clusterDir}`);
  const config = await loadNodeConfig(nodeLayout(clusterDir, name).config);
  const { cluster, regions, peers, streams, defaults } = config;
  return {
    ...{ name: cluster, dir: clusterDir, specFile: '', ssh: null, regions, peers, streams, defaults },
    files: { keySecret, redisPassword },
  };
}
