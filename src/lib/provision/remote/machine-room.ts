/** The machines of one workflow: what each said of itself, the hands that are open on them, and work on many at once. */
import { posix } from 'node:path';
import { clusterLayout } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { targetOf } from '../../nodes/reach.ts';
import type { SshSettings } from '../../ssh/target.ts';
import type { StepReport, UpContext } from '../context.ts';
import type { HandsAction, HandsActions, NodeRequest } from '../hands/protocol.ts';
import type { NodePlan } from '../plan-nodes.ts';
import { NODE_FOLDER } from './bundle.ts';
import { collectFacts } from './collect-facts.ts';
import type { Machine } from './facts-script.ts';
import { type HandsSession, openHands } from './hands-session.ts';
import { judgeMachine } from './judge-machine.ts';
import { onMachines } from './on-machines.ts';
import { predict } from './predict.ts';

/** A workflow's context and how its running step says what it does. */
export interface RoomCall {
  readonly context: UpContext;
  readonly report: StepReport;
}

/** One request to the hands of many nodes. */
export interface RoomRequest<Action extends HandsAction> {
  /** For people: `write files`. */
  readonly step: string;
  readonly plans: readonly NodePlan[];
  readonly action: Action;
  readonly takes: (request: NodeRequest) => HandsActions[Action]['takes'];
}

/** Hands of a command that was killed end within this, unless they start units. */
export const HOLD_MS = 10_000;

export class MachineRoom {
  /** Folder of the cluster on a machine. */
  readonly clusterDir: string;
  /** By node. */
  readonly machines = new Map<string, Machine>();
  readonly #ssh: SshSettings;
  readonly #hands = new Map<string, Promise<HandsSession>>();

  constructor(clusterDir: string, ssh: SshSettings) {
    this.clusterDir = clusterDir;
    this.#ssh = ssh;
  }

  /** Folder of programs on a machine. */
  get programs(): string {
    return clusterLayout(this.clusterDir).programs;
  }

  target(peer: Peer) {
    return targetOf(peer, this.#ssh);
  }

  /** Collects a machine's facts. Throws what keeps it from being a node. */
  async examine(peer: Peer, { signal }: UpContext): Promise<void> {
    const machine = await collectFacts(await this.target(peer), this.clusterDir, signal);
    const obstacle = judgeMachine(peer.name, machine, { architecture: process.arch });
    if (obstacle !== null) throw obstacle;
    this.machines.set(peer.name, machine);
  }

  /** Whether something of the node is on its machine. */
  hasNode(node: string): boolean {
    return this.machines.get(node)?.nodes.includes(node) === true;
  }

  /** Does work for each peer, as many at once as the spec says. Throws with every outcome. */
  async each<Result>(
    { context, report }: RoomCall,
    { step, peers }: { readonly step: string; readonly peers: readonly Peer[] },
    work: (peer: Peer) => Promise<Result>,
  ): Promise<Result[]> {
    const { changes, signal } = context;
    signal.throwIfAborted();
    return await onMachines({
      step,
      items: peers,
      nodeOf: ({ name }) => name,
      work,
      parallel: this.#ssh.parallel,
      begun: () => changes.applies && changes.list.some(({ node }) => node !== null),
      doing: (text) => report.doing(text),
    });
  }

  /** Asks the hands of each node; for one that has no program yet, `plan` says what they would do. */
  async ask<Action extends HandsAction>(
    call: RoomCall,
    { step, plans, action, takes }: RoomRequest<Action>,
  ): Promise<HandsActions[Action]['gives'][]> {
    const { changes } = call.context;
    return await this.each(call, { step, peers: plans.map(({ node }) => node) }, async (peer) => {
      const plan = plans.find(({ node }) => node === peer)!;
      if (!changes.applies && this.machines.get(peer.name)!.programs.length === 0) {
        return predict(action, plan, changes);
      }
      const hands = await this.hands(peer, call.context);
      const request = takes({ clusterDir: this.clusterDir, apply: changes.applies, plan });
      return await hands.ask(action, request, changes);
    });
  }

  /** The hands on a machine; they stay open until `close`. */
  async hands(peer: Peer, context: UpContext): Promise<HandsSession> {
    const open = this.#hands.get(peer.name) ?? this.#open(peer, context);
    this.#hands.set(peer.name, open);
    return await open;
  }

  /** Under `plan` an older program on the machine will do. */
  async #open(peer: Peer, { program, signal, changes, holder }: UpContext): Promise<HandsSession> {
    const { digest } = program!;
    const { asRoot, programs } = this.machines.get(peer.name)!;
    const isNode = (name: string): boolean => name.startsWith('node-');
    const own = programs.includes(digest) ? digest : (programs.find((name) => !isNode(name)) ?? digest);
    const node = programs.includes(NODE_FOLDER) ? NODE_FOLDER : (programs.find(isNode) ?? NODE_FOLDER);
    const place = {
      nodeBinary: posix.join(this.programs, node, 'node'),
      entry: posix.join(this.programs, own, 'main.js'),
      asRoot,
    };
    const session = await openHands(await this.target(peer), place, signal);
    if (!changes.applies) return session;
    try {
      const wish = { clusterDir: this.clusterDir, apply: true, holder, waitMs: HOLD_MS };
      await session.ask('hold', wish, changes);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Ends the hands; may be called twice. */
  async close(): Promise<void> {
    const open = await Promise.allSettled(this.#hands.values());
    this.#hands.clear();
    await Promise.all(open.map((one) => (one.status === 'fulfilled' ? one.value.close() : null)));
  }
}
