/**
 * Nodes on machines that are reached by ssh. Facts first, and nothing is touched while one machine is unfit; then
 * packages and the program where they are missing; then the program's own hands on each machine do what `up` does for
 * local nodes (hands/). A machine is asked over one shared connection, and the hands stay open for the whole workflow.
 */
import { posix } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { clusterLayout } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { MeshBlock } from '../../spec/resolve-spec.ts';
import type { SshSettings } from '../../ssh/target.ts';
import { Changes } from '../changes.ts';
import type { StepReport, UpContext } from '../context.ts';
import type { Driver, InstalledProgram, NodeHands, Playing } from '../driver.ts';
import { isMissed, withLeaving } from '../leaving-nodes.ts';
import { adviseAbsent, withoutLeftOut } from '../left-out.ts';
import { meshInterface } from '../mesh/mesh.ts';
import { planPresent, startable } from '../plan-place.ts';
import { digestProgram } from '../program.ts';
import type { VerifiedMedia } from '../ring/verify-media.ts';
import { ensureSecrets, hasSecrets, planSecretFiles } from '../secrets.ts';
import { refuseStalePasswords } from '../stale-passwords.ts';
import { summarizeWork } from '../word-unit-work.ts';
import { bringPackages, bringProgram } from './bring-software.ts';
import { NODE_FOLDER } from './bundle.ts';
import { refuseTakenPorts } from './find-taken-ports.ts';
import { findFormer, findGone, mayEmpty, refuseFormerHost, refuseFormerMachine } from './former-nodes.ts';
import { gatherPrograms } from './gather-programs.ts';
import { joinMesh } from './join-mesh.ts';
import { CLOCK_WARNED_MS, wordOffset, wordSystems } from './judge-machine.ts';
import { MachineRoom, type RoomCall } from './machine-room.ts';
import { MACHINES_HOME } from './machines-home.ts';
import { orderTurns } from './order-turns.ts';

export interface RemotePlace {
  readonly cluster: string;
  readonly ssh: SshSettings;
  readonly mesh: MeshBlock;
}

/** Creates the driver of nodes on machines. */
export function createRemoteDriver({ cluster, ssh, mesh }: RemotePlace): Driver {
  return new RemoteDriver(cluster, ssh, mesh);
}

class RemoteDriver implements Driver {
  readonly machineDir: string;
  readonly #room: MachineRoom;
  readonly #interfaceName: string;

  constructor(cluster: string, ssh: SshSettings, mesh: MeshBlock) {
    this.machineDir = posix.join(MACHINES_HOME, cluster);
    this.#room = new MachineRoom(this.machineDir, ssh);
    this.#interfaceName = meshInterface(cluster, mesh.block);
  }

  async check(context: UpContext, report: StepReport): Promise<string> {
    const { spec } = context;
    const room = this.#room;
    context.program = await this.#placeProgram(context);
    const former = (await findFormer(context)).filter(({ name }) => !context.forgotten.includes(name));
    refuseFormerHost(spec.nodes, former);
    const call = { context, report };
    const peers = withoutLeftOut(spec.nodes, context);
    const looking = former.map((peer) => room.examine(peer, context).catch((error: Error) => error));
    await room
      .each(call, { step: 'collect facts', peers }, (peer) => room.examine(peer, context))
      .catch((error: unknown) => {
        throw adviseAbsent(error, context);
      });
    context.former = former;
    for (const [at, error] of (await Promise.all(looking)).entries()) {
      if (error === undefined) continue;
      const { name } = former[at]!;
      report.happened(`${name} left the spec, and stays as it is for now: ${error.message}`);
      report.happened(`to give it up: streamctl up --without ${name} --confirm=${spec.cluster}`);
    }
    refuseFormerMachine(spec.nodes, { former, machines: room.machines });
    this.#warnOfClocks(report);
    context.leaving = former.filter((peer) => isMissed(peer) && room.hasNode(peer.name));
    context.nodes = planPresent(context, withLeaving(spec, context.leaving));
    await this.#checkPorts(call);
    await refuseStalePasswords(context);
    const count = peers.length === 1 ? '1 machine' : `${peers.length} machines`;
    const away = context.without.length === 0 ? '' : ` · without ${context.without.join(', ')}`;
    return `${count}${away} · ${wordSystems([...room.machines.values()])}`;
  }

  async #checkPorts(call: RoomCall): Promise<void> {
    const { spec } = call.context;
    const place = { clusterDir: this.machineDir, meshPort: spec.mesh!.port, peers: spec.nodes };
    const peers = startable(call.context).map(({ node }) => node);
    await this.#room.each(call, { step: 'check ports', peers }, async (node) =>
      refuseTakenPorts(this.#room.machines.get(node.name)!, { ...place, node }),
    );
  }

  /** The same program on every machine: the entry is where it will be there. */
  async #placeProgram({ source, installed }: UpContext): Promise<NonNullable<UpContext['program']>> {
    const digest = installed ?? (await digestProgram(source));
    const { programs } = this.#room;
    return {
      digest,
      entry: posix.join(programs, digest, 'main.js'),
      nodeBinary: posix.join(programs, NODE_FOLDER, 'node'),
      missing: [],
    };
  }

  #warnOfClocks(report: StepReport): void {
    for (const [node, { clockOffsetMs, clockErrorMs }] of this.#room.machines) {
      if (Math.abs(clockOffsetMs) - clockErrorMs <= CLOCK_WARNED_MS) continue;
      report.happened(`${node}: its clock is ${wordOffset(clockOffsetMs)}; let it follow network time`);
    }
  }

  async prepare(context: UpContext, report: StepReport): Promise<string> {
    const call = { context, report };
    await this.#refuseStranger(context);
    await ensureSecrets(context.spec.cluster, context.layout, context.changes);
    await bringPackages(this.#room, call);
    await bringProgram(this.#room, call);
    await joinMesh(this.#room, call);
    const plans = startable(context);
    await this.#room.ask(call, { step: 'check ports', plans, action: 'check', takes: (request) => request });
    return `program ${context.program!.digest}`;
  }

  /** Secrets made anew here would lock everybody out who has the present ones. */
  async #refuseStranger({ spec, layout }: UpContext): Promise<void> {
    const made = spec.nodes.find(({ name }) => this.#room.hasNode(name));
    if (made === undefined || (await hasSecrets(layout))) return;
    throw new StreamctlError(
      'CONFLICT',
      `cluster ${spec.cluster} runs on ${made.name}, and its secrets are not here`,
      {
        hint: `Copy the folder ${layout.dir} from the machine of whoever made the cluster (cluster.json and secrets/ are enough).`,
        details: { node: made.name, missing: layout.secrets },
      },
    );
  }

  async write(context: UpContext, report: StepReport): Promise<void> {
    const { spec, layout } = context;
    const known = await ensureSecrets(spec.cluster, layout, new Changes('plan'));
    const onMachine = clusterLayout(this.machineDir);
    const program = posix.dirname(context.program!.entry);
    await this.#room.ask(
      { context, report },
      {
        step: 'write files',
        plans: context.nodes,
        action: 'write',
        takes: (request) => ({
          ...request,
          secrets: known === null ? [] : planSecretFiles(onMachine, request.plan.node, known),
          program,
        }),
      },
    );
  }

  async start(context: UpContext, report: StepReport): Promise<string> {
    const call = { context, report };
    const plans = startable(context);
    const takes = <T>(request: T): T => request;
    const looked = await this.#room.ask(call, { step: 'look at units', plans, action: 'look', takes });
    for (const turn of orderTurns(plans, looked)) {
      await this.#room.ask(call, { step: 'start units', plans: turn, action: 'start', takes });
    }
    return summarizeWork(looked.flat());
  }

  async tidy(context: UpContext, report: StepReport): Promise<void> {
    const { spec, nodes, former, leaving, changes } = context;
    const call = { context, report };
    const more = { program: context.program!.digest, interfaceName: this.#interfaceName };
    const stays = new Set(spec.nodes.map(({ name }) => name));
    const plans = nodes.filter(({ node }) => stays.has(node.name));
    await this.#room.ask(call, {
      step: 'remove leftovers',
      plans,
      action: 'tidy',
      takes: (request) => ({ ...request, ...more }),
    });
    // Before it is emptied: who has a copy of its key is let in no more.
    const planned = leaving.filter(({ name }) => nodes.some(({ node }) => node.name === name));
    if (planned.length < leaving.length) {
      await joinMesh(this.#room, { report, context: { ...context, leaving: planned } });
    }
    const gone = findGone(context).filter(
      (peer) => this.#room.machines.has(peer.name) && mayEmpty(peer, spec.nodes),
    );
    await this.#room.each(call, { step: 'remove the node', peers: gone }, async (peer) => {
      if (!this.#room.hasNode(peer.name)) return;
      const hands = await this.#room.hands(peer, context);
      const place = { clusterDir: this.machineDir, apply: changes.applies };
      await hands.ask('tidy', { ...place, ...more, plan: null }, changes);
    });
    context.former = former.filter((peer) => !gone.includes(peer));
  }

  async verify(context: UpContext, { node, ...play }: Playing): Promise<VerifiedMedia> {
    const hands = await this.#room.hands(node, context);
    return await hands.ask(
      'verify',
      { clusterDir: this.machineDir, apply: true, node, ...play },
      context.changes,
    );
  }

  async runs(context: UpContext, node: string): Promise<boolean> {
    const peer = context.spec.nodes.find(({ name }) => name === node);
    const present = this.#room.machines.get(node)?.programs.includes(context.program!.digest);
    if (peer === undefined || present !== true) return false;
    const hands = await this.#room.hands(peer, context);
    const units = await hands.ask(
      'units',
      { clusterDir: this.machineDir, apply: false, node },
      context.changes,
    );
    return units.some(({ pid }) => pid !== null);
  }

  async programs(context: UpContext): Promise<readonly InstalledProgram[]> {
    const room = this.#room;
    const call = { context, report: { doing: () => {}, happened: () => {} } };
    await room.each(call, { step: 'collect facts', peers: context.spec.nodes }, (peer) =>
      room.examine(peer, context),
    );
    return gatherPrograms(room.machines);
  }

  async hands(peer: Peer, context: UpContext): Promise<NodeHands> {
    return await this.#room.hands(peer, context);
  }

  async close(): Promise<void> {
    await this.#room.close();
  }
}
