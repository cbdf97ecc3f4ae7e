/**
 * Machines cut off from everybody, as when a data centre loses its uplinks: packets are dropped in silence, both ways, but
 * for the ssh connection over which this was asked for. Takes root, and machines of their own.
 */
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import type { Fault, FaultContext } from './fault.ts';
import { applyRules, deleteTable, listTable } from './packet-filter.ts';
import { peersOf } from './peers-of.ts';

const TABLE = 'streamctl_drill';
const TOOL_MS = 5_000;

export function isolateNodes(nodes: readonly string[], { view, nowMs }: FaultContext): Fault {
  peersOf(view, nodes);
  return {
    label: `${nodes.join(', ')}: cut off from everybody`,
    lostNodes: nodes,
    touchedNodes: nodes,
    lasting: true,
    mediaNodes: nodes,
    undo: nodes.map((node) => ({ kind: 'rejoin', node })),
    inject: async () => {
      const rules = formatRules(await findOwnSshPorts());
      const atMs = nowMs();
      await applyRules('cut the machine off', rules);
      return { atMs, text: 'cut off from everybody' };
    },
    bit: async () => ((await isIsolated()) ? 'nothing gets in or out but ssh' : null),
  };
}

/** Takes the rules away; a machine that has none is well. */
export async function rejoin(): Promise<void> {
  if (await isIsolated()) await deleteTable('join the machine again', TABLE);
}

/** Formats the rules: what is not of the machine itself, nor of these ports of its own, is dropped. */
export function formatRules(ports: readonly number[]): string {
  const set = `{ ${ports.join(', ')} }`;
  return [
    `table inet ${TABLE} {`,
    `  chain in { type filter hook input priority -400; policy drop; iif "lo" accept; tcp dport ${set} accept; }`,
    `  chain out { type filter hook output priority -400; policy drop; oif "lo" accept; tcp sport ${set} accept; }`,
    '}',
    '',
  ].join('\n');
}

async function isIsolated(): Promise<boolean> {
  return (await listTable(TABLE)) !== null;
}

/** The ports of this machine through which the ssh connection of this very process came. Throws ENVIRONMENT. */
async function findOwnSshPorts(): Promise<number[]> {
  const asked = ['-H', '-t', '-n', '-p', 'state', 'established'];
  const { stdout } = await execa('ss', asked, { reject: false, timeout: TOOL_MS });
  const ports = portsOf(stdout, await findAncestors());
  if (ports.length > 0) return ports;
  throw new StreamctlError(
    'ENVIRONMENT',
    'cut the machine off: cannot tell which connection of ssh must stay',
    {
      hint: 'Run the drill over ssh, on machines with iproute2.',
    },
  );
}

/** Reads the local ports of connections that one of these processes holds from `ss -Htnp`. */
export function portsOf(shown: string, pids: readonly number[]): number[] {
  const lines = shown.split('\n').filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)));
  // Receive queue, send queue, local address, peer's address.
  const ports = lines.map((line) => Number(line.trim().split(/\s+/)[2]?.split(':').at(-1)));
  return [...new Set(ports.filter((port) => port > 0))];
}

async function findAncestors(): Promise<number[]> {
  const found: number[] = [];
  for (let pid = process.ppid; pid > 1 && found.length < 64; ) {
    found.push(pid);
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    pid = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return found;
}
