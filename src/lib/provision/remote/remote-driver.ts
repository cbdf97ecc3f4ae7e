/**
 * Nodes on machines that are reached by ssh. Facts first, and nothing is touched while one machine is unfit; then
 * packages and the program where they are missing; then the program's own hands on each machine do what `up` does for
 * local nodes (hands/). A machine is asked over one shared connection, and the hands stay open for the whole workflow.
 */
import { join, posix } from 'node:path';
import { clusterLayout } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import { targetOf } from '../../nodes/reach.ts';
import type { SshSettings } from '../../ssh/target.ts';
import type { StepReport, UpContext } from '../context.ts';
import type { Driver } from '../driver.ts';
import type { HandsAction, HandsActions } from '../hands/protocol.ts';
import { withLeaving } from '../leaving-nodes.ts';
import { type NodePlan, planNodes } from '../plan-nodes.ts';
import { placeOf, startable } from '../plan-place.ts';
import { digestProgram } from '../program.ts';
import { makeSecrets } from '../secrets.ts';
import { summarizeWork } from '../word-unit-work.ts';
import { bringBundle } from './bring-program.ts';
import { NODE_FOLDER, packBundles } from './bundle.ts';
import { collectFacts } from './collect-facts.ts';
import type { Machine } from './facts-script.ts';
import { findFormer } from './former-nodes.ts';
import { type HandsSession, openHands } from './hands-session.ts';
import { installPackages, missingPackages } from './install-packages.ts';
import { CLOCK_WARNED_MS, judgeMachine, wordOffset, wordSystems } from './judge-machine.ts';
import { loadSecrets } from './load-secrets.ts';
import { MACHINES_HOME } from './machines-home.ts';
import { onMachines } from './on-machines.ts';
import { orderTurns } from './order-turns.ts';
import { predict } from './predict.ts';

/** Folder of packed programs, beside the clusters of this machine. */
const BUNDLES = '.bundles';

/** Creates the driver of nodes on machines. */
export function createRemoteDriver(cluster: string, ssh: SshSettings): Driver {
  return new RemoteDriver(cluster, ssh);
}

class RemoteDriver implements Driver {
  readonly machineDir: string;
  readonly #ssh: SshSettings;
  readonly #machines = new Map<string, Machine>();
  readonly #hands = new Map<string, Promise<HandsSession>>();

  constructor(cluster: string, ssh: SshSettings) {
    this.machineDir = posix.join(MACHINES_HOME, cluster);
    this.#ssh = ssh;
  }

  async check(context: UpContext, report: StepReport): Promise<string> {
    const { spec } = context;
    context.program = await this.#locateProgram(context);
    const former = await findFormer(context);
    await this.#each(
      context,
      report,
      { step: 'collect facts', items: spec.nodes, nodeOf: nameOf },
      async (peer) => {
        await this.#examine(peer, context);
      },
    );
    context.former = former;
    for (const peer of former) {
      await this.#examine(peer, context).catch((error: Error) =>
        report.happened(`${peer.name} left the spec, and stays as it is for now: ${error.message}`),
      );
    }
    this.#warnOfClocks(report);
    context.leaving = former.filter(({ name, roles }) => roles.includes('origin') && this.#runs(name));
    context.nodes = planNodes(withLeaving(spec, context.leaving), placeOf(context));
    return `${spec.nodes.length} machines · ${wordSystems([...this.#machines.values()])}`;
  }

  async #examine(peer: Peer, { signal }: UpContext): Promise<void> {
    const machine = await collectFacts(await targetOf(peer, this.#ssh), this.machineDir, signal);
    const obstacle = judgeMachine(peer.name, machine, { architecture: process.arch });
    if (obstacle !== null) throw obstacle;
    this.#machines.set(peer.name, machine);
  }

  /** The same program on every machine: the entry is where it will be there. */
  async #locateProgram({ source }: UpContext): Promise<NonNullable<UpContext['program']>> {
    const digest = await digestProgram(source);
    const programs = clusterLayout(this.machineDir).programs;
    return {
      digest,
      entry: posix.join(programs, digest, 'main.js'),
      nodeBinary: posix.join(programs, NODE_FOLDER, 'node'),
      missing: [],
    };
  }

  #warnOfClocks(report: StepReport): void {
    for (const [node, { clockOffsetMs, clockErrorMs }] of this.#machines) {
      if (Math.abs(clockOffsetMs) - clockErrorMs <= CLOCK_WARNED_MS) continue;
      report.happened(`${node}: its clock is ${wordOffset(clockOffsetMs)}; let it follow network time`);
    }
  }

  #runs(node: string): boolean {
    return this.#machines.get(node)?.nodes.includes(node) === true;
  }

  async prepare(context: UpContext, report: StepReport): Promise<string> {
    const { layout, changes, program } = context;
    await makeSecrets(layout, [], changes);
    await this.#bringPackages(context, report);
    await this.#bringProgram(context, report);
    await this.#askAll(
      context,
      report,
      { step: 'check ports', plans: startable(context) },
      'check',
      (request) => request,
    );
    return `program ${program!.digest}`;
  }

  async #bringPackages(context: UpContext, report: StepReport): Promise<void> {
    const lacking = [...this.#machines].filter(([, machine]) => missingPackages(machine).length > 0);
    const work = { step: 'install packages', items: lacking, nodeOf: ([node]: [string, Machine]) => node };
    await this.#each(context, report, work, async ([node, machine]) => {
      const names = missingPackages(machine);
      const target = await targetOf(this.#peer(context, node), this.#ssh);
      await context.changes.step(node, `install ${names.join(', ')}`, () =>
        installPackages(target, {
          names,
          asRoot: machine.asRoot,
          source: context.source,
          signal: context.signal,
        }),
      );
    });
  }

  async #bringProgram(context: UpContext, report: StepReport): Promise<void> {
    const digest = context.program!.digest;
    const wanted = [NODE_FOLDER, digest];
    const lacking = [...this.#machines].filter(([, { programs }]) =>
      wanted.some((name) => !programs.includes(name)),
    );
    if (lacking.length === 0) return;
    const bundles = context.changes.applies
      ? await packBundles(context.source, digest, join(context.home, BUNDLES))
      : [];
    const work = { step: 'bring the program', items: lacking, nodeOf: ([node]: [string, Machine]) => node };
    await this.#each(context, report, work, async ([node, { programs, asRoot }]) => {
      const target = await targetOf(this.#peer(context, node), this.#ssh);
      for (const name of wanted.filter((one) => !programs.includes(one))) {
        const bundle = bundles.find((one) => one.name === name);
        const what = name === digest ? `program ${digest}` : `Node ${process.version.slice(1)}`;
        const place = { programs: clusterLayout(this.machineDir).programs, asRoot, signal: context.signal };
        await context.changes.step(node, `bring ${what}`, async () => {
          await bringBundle(target, { bundle: bundle!, ...place });
          this.#machines.set(node, {
            ...this.#machines.get(node)!,
            programs: [...this.#machines.get(node)!.programs, name],
          });
        });
      }
    });
  }

  async write(context: UpContext, report: StepReport): Promise<void> {
    const secrets = await loadSecrets(context.layout.secrets);
    const program = posix.dirname(context.program!.entry);
    await this.#askAll(
      context,
      report,
      { step: 'write files', plans: context.nodes },
      'write',
      (request) => ({
        ...request,
        secrets,
        program,
      }),
    );
  }

  async start(context: UpContext, report: StepReport): Promise<string> {
    const plans = startable(context);
    const looked = await this.#askAll(
      context,
      report,
      { step: 'look at units', plans },
      'look',
      (request) => request,
    );
    for (const turn of orderTurns(plans, looked)) {
      await this.#askAll(
        context,
        report,
        { step: 'start units', plans: turn },
        'start',
        (request) => request,
      );
    }
    return summarizeWork(looked.flat());
  }

  async tidy(context: UpContext, report: StepReport): Promise<void> {
    const { spec, nodes, former, changes } = context;
    const program = context.program!.digest;
    const plans = spec.nodes.map(({ name }) => nodes.find(({ node }) => node.name === name)!);
    await this.#askAll(context, report, { step: 'remove leftovers', plans }, 'tidy', (request) => ({
      ...request,
      program,
    }));
    const gone = former.filter(({ name }) => this.#machines.has(name));
    await this.#each(
      context,
      report,
      { step: 'remove the node', items: gone, nodeOf: nameOf },
      async (peer) => {
        if (!this.#runs(peer.name)) return;
        const hands = await this.#open(peer, context);
        await hands.ask(
          'tidy',
          { clusterDir: this.machineDir, apply: changes.applies, plan: null, program },
          changes,
        );
      },
    );
    context.former = former.filter((peer) => !gone.includes(peer));
  }

  async close(): Promise<void> {
    const open = await Promise.allSettled(this.#hands.values());
    this.#hands.clear();
    await Promise.all(open.map((one) => (one.status === 'fulfilled' ? one.value.close() : null)));
  }

  #peer({ spec, former }: UpContext, node: string): Peer {
    return [...spec.nodes, ...former].find(({ name }) => name === node)!;
  }

  async #open(peer: Peer, { program }: UpContext): Promise<HandsSession> {
    const open = this.#hands.get(peer.name) ?? this.#begin(peer, program!);
    this.#hands.set(peer.name, open);
    return await open;
  }

  /** Under `plan` an older program on the machine will do. */
  async #begin(peer: Peer, { digest }: { readonly digest: string }): Promise<HandsSession> {
    const { asRoot, programs } = this.#machines.get(peer.name)!;
    const folder = clusterLayout(this.machineDir).programs;
    const isNode = (name: string): boolean => name.startsWith('node-');
    const own = programs.includes(digest) ? digest : (programs.find((name) => !isNode(name)) ?? digest);
    const node = programs.includes(NODE_FOLDER) ? NODE_FOLDER : (programs.find(isNode) ?? NODE_FOLDER);
    const [nodeBinary, entry] = [posix.join(folder, node, 'node'), posix.join(folder, own, 'main.js')];
    return await openHands(await targetOf(peer, this.#ssh), { nodeBinary, entry, asRoot });
  }

  /** Asks the hands of each node; for one that has no program yet, `plan` says what they would do. */
  async #askAll<Action extends HandsAction>(
    context: UpContext,
    report: StepReport,
    { step, plans }: { readonly step: string; readonly plans: readonly NodePlan[] },
    action: Action,
    takes: (request: { clusterDir: string; apply: boolean; plan: NodePlan }) => HandsActions[Action]['takes'],
  ): Promise<HandsActions[Action]['gives'][]> {
    const { changes } = context;
    const work = { step, items: plans, nodeOf: ({ node }: NodePlan) => node.name };
    return await this.#each(context, report, work, async (plan) => {
      if (!changes.applies && this.#machines.get(plan.node.name)!.programs.length === 0) {
        return predict(action, plan, changes);
      }
      const hands = await this.#open(plan.node, context);
      return await hands.ask(
        action,
        takes({ clusterDir: this.machineDir, apply: changes.applies, plan }),
        changes,
      );
    });
  }

  async #each<Item, Result>(
    { changes, signal }: UpContext,
    report: StepReport,
    work: { readonly step: string; readonly items: readonly Item[]; readonly nodeOf: (item: Item) => string },
    act: (item: Item) => Promise<Result>,
  ): Promise<Result[]> {
    signal.throwIfAborted();
    return await onMachines({
      ...work,
      work: act,
      parallel: this.#ssh.parallel,
      begun: () => changes.applies && changes.list.some(({ node }) => node !== null),
      doing: (text) => report.doing(text),
    });
  }
}

function nameOf({ name }: Peer): string {
  return name;
}
