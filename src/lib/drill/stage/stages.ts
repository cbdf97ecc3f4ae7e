/** The stages of one drill on the machines of a cluster: each is opened once, when it is first needed. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { ClusterView } from '../../nodes/cluster-view.ts';
import { drillsFolder } from '../../nodes/layout.ts';
import { targetOf } from '../../nodes/reach.ts';
import { findProgram } from '../../provision/remote/find-program.ts';
import { MACHINES_HOME } from '../../provision/remote/machines-home.ts';
import { firstInput } from '../../ssh/become-root.ts';
import { quoteWord, runArguments } from '../../ssh/ssh-arguments.ts';
import type { SshSettings } from '../../ssh/target.ts';
import { peersOf } from '../faults/peers-of.ts';
import { connectKeeper, type KeeperClient } from '../undo/keeper-client.ts';
import { healMachine } from './heal-machines.ts';

export interface StagesOptions {
  readonly view: ClusterView;
  readonly ssh: SshSettings;
  /** Id of the drill. */
  readonly drill: string;
  /** Folder of the drill here: what ssh says goes there. */
  readonly runDir: string;
  readonly signal: AbortSignal;
}

/** Not the drill's own signal: a drill that was stopped heals, too. */
const RESCUE_TIMEOUT_MS = 60_000;

export class Stages {
  readonly #options: StagesOptions;
  readonly #open = new Map<string, Promise<KeeperClient>>();

  constructor(options: StagesOptions) {
    this.#options = options;
  }

  /** The stage of a node's machine. Throws what ssh throws, and NOT_FOUND when the machine has no program. */
  of(node: string): Promise<KeeperClient> {
    const known = this.#open.get(node) ?? this.#start(node);
    this.#open.set(node, known);
    return known;
  }

  /** Undoes what is left on every machine, and ends. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : null)));
  }

  async #start(node: string): Promise<KeeperClient> {
    const { view, ssh, drill, runDir, signal } = this.#options;
    const peer = peersOf(view, [node])[0]!;
    const target = await targetOf(peer, ssh);
    const clusterDir = posix.join(MACHINES_HOME, view.name);
    const { nodeBinary, entry, asRoot } = await findProgram(target, clusterDir, signal);
    const file = posix.join(drillsFolder(clusterDir), drill, 'undo.json');
    const words = [nodeBinary, entry, 'daemon', 'stage', '--config', file].map(quoteWord).join(' ');
    const command = `${asRoot}${words}`;
    const first = await firstInput(target, command);
    const log = openSync(join(runDir, `stage-${node}.log`), 'a');
    try {
      // Detached: Ctrl-C is for the command, which heals through this.
      const child = spawn('ssh', runArguments(target, command), {
        detached: true,
        stdio: ['pipe', 'pipe', log],
      });
      child.stdin?.write(first);
      // A stage that is cut off heals by itself; the command may be sooner, and says whether it is done.
      return await connectKeeper(child, async () => {
        const machine = { peer, ssh, signal: AbortSignal.timeout(RESCUE_TIMEOUT_MS) };
        return await healMachine(view.name, machine);
      });
    } finally {
      closeSync(log);
    }
  }
}
