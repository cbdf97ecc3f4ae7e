/** Carries an undo out. Each action may be repeated, and does no harm to a node that is well. */
import { rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeLayout, originFaultFile } from '../../nodes/layout.ts';
import type { ServiceManager } from '../../nodes/service-manager.ts';
import { publisherServices } from '../../publisher/publisher-services.ts';
import { joinLinks } from '../faults/cut-links.ts';
import { freeDisk } from '../faults/fill-disk.ts';
import { rejoin } from '../faults/isolate-nodes.ts';
import { findNodeProcesses, signalAll } from '../faults/node-processes.ts';
import { powerOnNode } from '../faults/power-off-node.ts';
import { mendClock } from '../faults/skew-clock.ts';
import { bootNode, releaseUnit } from '../faults/supervision.ts';
import type { UndoAction } from './undo-action.ts';

/**
 * Between two nodes of one machine that boot: all processes of a region that start at once take the CPU from those who serve
 * its viewers meanwhile, which regions on machines of their own do not.
 */
const BOOT_GAP_MS = 1500;
/** Until the last of many boots. */
const ALL_BOOTED_MS = 15_000;

/** Does every action, also after one failed; returns what failed, in words. Nodes boot one after the other. */
export async function applyUndo(clusterDir: string, actions: readonly UndoAction[]): Promise<string[]> {
  const boots = actions.filter(({ kind }) => kind === 'boot');
  const gapMs = Math.min(BOOT_GAP_MS, ALL_BOOTED_MS / boots.length);
  const results = await Promise.allSettled(
    actions.map(async (action) => {
      if (action.kind === 'boot') await sleep(gapMs * boots.indexOf(action));
      await apply(clusterDir, action);
    }),
  );
  return results.flatMap((result, index) =>
    result.status === 'rejected' ? [`${wordAction(actions[index]!)}: ${wordReason(result.reason)}`] : [],
  );
}

async function apply(clusterDir: string, action: UndoAction): Promise<void> {
  switch (action.kind) {
    case 'continue':
      for (const node of action.nodes) await continueNode(clusterDir, node);
      return;
    case 'boot':
      return await bootNode(clusterDir, action.node);
    case 'start':
      return await releaseUnit(clusterDir, action.node, action.unit);
    case 'start-publisher':
      return await startKnown(publisherServices(clusterDir), action.unit);
    case 'join-links':
      return await joinLinks(action.hosts);
    case 'rejoin':
      return await rejoin();
    case 'power-on':
      return await powerOnNode(clusterDir, action);
    case 'mend-clock':
      return await mendClock(clusterDir, action.node);
    case 'free-disk':
      return await freeDisk(clusterDir, action.node);
    case 'mend-origin':
      return await mendOrigin(clusterDir, action.node);
  }
}

async function continueNode(clusterDir: string, node: string): Promise<void> {
  const processes = await findNodeProcesses(clusterDir, node);
  signalAll(
    processes.map(({ pid }) => pid),
    'SIGCONT',
  );
}

/** What was removed meanwhile stays away. */
async function startKnown(services: ServiceManager, unit: string): Promise<void> {
  if ((await services.list()).some(({ name }) => name === unit)) await services.start(unit);
}

/** A file that says so, since an origin goes by what it read last. */
async function mendOrigin(clusterDir: string, node: string): Promise<void> {
  const file = originFaultFile(nodeLayout(clusterDir, node).data);
  await writeFile(`${file}.new`, `${JSON.stringify({ version: 1, kind: 'none', untilMs: 0 })}\n`);
  await rename(`${file}.new`, file);
}

function wordAction(action: UndoAction): string {
  if (action.kind === 'continue') return `let ${action.nodes.join(', ')} go on`;
  if (action.kind === 'boot') return `boot ${action.node}`;
  if (action.kind === 'start') return `start ${action.unit} on ${action.node}`;
  if (action.kind === 'join-links') return `join ${action.node} with ${action.hosts.join(', ')}`;
  if (action.kind === 'rejoin') return `join ${action.node} again`;
  if (action.kind === 'mend-clock') return `set the clock of ${action.node} right`;
  if (action.kind === 'free-disk') return `free the disk of ${action.node}`;
  if (action.kind === 'power-on') return `switch ${action.node} on`;
  if (action.kind === 'start-publisher') return `start ${action.unit}`;
  return `mend the origin of ${action.node}`;
}

function wordReason(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
