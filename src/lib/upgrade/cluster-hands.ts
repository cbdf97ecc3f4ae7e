/** The hands of an upgrade on a cluster's nodes, wherever they are: the driver's. */
import { posix } from 'node:path';
import { createAskNode } from '../health/ask-node.ts';
import { collectCluster } from '../health/collect-cluster.ts';
import { clusterLayout } from '../nodes/layout.ts';
import type { Peer } from '../nodes/node-config.ts';
import { settingsOf } from '../nodes/settings-of.ts';
import { Changes } from '../provision/changes.ts';
import type { UpContext } from '../provision/context.ts';
import type { HandsAction, HandsActions } from '../provision/hands/protocol.ts';
import { withoutLeftOut } from '../provision/left-out.ts';
import { type NodePlan, planNodes } from '../provision/plan-nodes.ts';
import { ensureSecrets, planSecretFiles, type SecretFile } from '../provision/secrets.ts';
import type { JournalCopies } from './shared-journal.ts';
import type { UpgradeHands } from './upgrade-hands.ts';

/** Creates the hands; `context` is that of an `up` of the cluster's spec, checked and prepared. */
export function createClusterHands(context: UpContext): UpgradeHands {
  const { driver, spec, reach } = context;
  const place = { clusterDir: driver.machineDir, apply: true };
  const ask = async <Action extends HandsAction>(
    node: Peer,
    action: Action,
    takes: HandsActions[Action]['takes'],
  ): Promise<HandsActions[Action]['gives']> => {
    const hands = await driver.hands(node, context);
    return await hands.ask(action, takes, new Changes('apply'));
  };
  const planNode = async (node: Peer, digest: string): Promise<NodePlan> => {
    const templates = await ask(node, 'templates', { ...place, digest });
    const plans = planNodes(spec, {
      clusterDir: driver.machineDir,
      nodeBinary: context.program!.nodeBinary,
      program: posix.join(programFolder(context, digest), 'main.js'),
      templates,
    });
    return plans.find((plan) => plan.node.name === node.name)!;
  };
  const named = (node: Peer) => ({ ...place, node: node.name });
  return {
    programOf: async (node) => (await ask(node, 'program', named(node))).program,
    stalePipelines: async (node) => (await ask(node, 'program', named(node))).stale,
    async runsWholly(node, digest) {
      const { program, stale } = await ask(node, 'program', named(node));
      if (program !== digest || stale.length > 0) return false;
      const units = await ask(node, 'look', { ...place, plan: await planNode(node, digest) });
      return units.every(({ kind }) => kind === 'none');
    },
    async switchUnits(node, digest) {
      const plan = await planNode(node, digest);
      const program = programFolder(context, digest);
      await ask(node, 'write', { ...place, plan, program, secrets: await secretFilesOf(context, node) });
      await ask(node, 'start', { ...place, plan });
    },
    switchPipeline: (node, stream) => ask(node, 'switchPipeline', { ...named(node), stream }),
    segmentMs: (stream) => settingsOf(spec, stream).segmentSec * 1000,
    lastLines: (node, unit) => ask(node, 'lines', { ...named(node), unit }),
    play: async (node, stream) => void (await ask(node, 'play', { ...named(node), stream })),
    look: () => collectCluster(withoutLeftOut(spec.nodes, context), createAskNode(Date.now, reach)),
  };
}

/** The copies of an upgrade's journal on the nodes' machines. */
export function createJournalCopies(context: UpContext): JournalCopies {
  const { driver } = context;
  const place = { clusterDir: driver.machineDir, apply: true };
  return {
    async load(node) {
      const hands = await driver.hands(node, context);
      return await hands.ask('upgradeRecord', place, new Changes('apply'));
    },
    async save(node, text) {
      const hands = await driver.hands(node, context);
      await hands.ask('keepUpgradeRecord', { ...place, text }, new Changes('apply'));
    },
  };
}

/** A program that is newer than the cluster may need secrets that it has not made yet. */
async function secretFilesOf({ spec, layout, driver }: UpContext, node: Peer): Promise<SecretFile[]> {
  const secrets = await ensureSecrets(spec.cluster, layout, new Changes('apply'));
  return planSecretFiles(clusterLayout(driver.machineDir), node, secrets!);
}

function programFolder({ driver }: UpContext, digest: string): string {
  return posix.join(clusterLayout(driver.machineDir).programs, digest);
}
