/** A fault of nodes on machines: what it is was resolved here, and each machine's stage injects its part. */
import type { Fault, FaultSettings } from '../faults/fault.ts';
import type { Stages } from './stages.ts';

export interface StageFaultOptions {
  readonly stages: Stages;
  readonly nowMs: () => number;
  readonly longestMs: number;
  /** Different for every fault of a drill. */
  readonly id: string;
}

/** Wraps a resolved fault; one of no node, such as a publisher that is cut off, stays as it is. */
export function stageFault(plain: Fault, planned: FaultSettings, options: StageFaultOptions): Fault {
  const settings = plain.settings ?? planned;
  const { stages, nowMs, longestMs, id } = options;
  const nodes = plain.touchedNodes;
  if (nodes.length === 0) return plain;
  return {
    ...plain,
    inject: async () => {
      const opened = await Promise.all(nodes.map(async (node) => ({ node, stage: await stages.of(node) })));
      const atMs = nowMs();
      const texts = await Promise.all(
        opened.map(({ node, stage }) => stage.strike({ id, settings: narrow(settings, node), longestMs })),
      );
      return { atMs, text: texts.map((text, at) => `${nodes[at]}: ${text}`).join('; ') };
    },
    bit: async () => {
      const look = async (node: string): Promise<string | null> => await (await stages.of(node)).look(id);
      const gone = /^(reboot|power-off)$/.test(settings.kind) ? () => 'its machine is gone' : null;
      const proofs = await Promise.all(nodes.map((node) => look(node).catch(gone)));
      return proofs.every((proof) => proof !== null) ? proofs.join('; ') : null;
    },
  };
}

/** The part of a fault that is of one node. */
export function narrow(settings: FaultSettings, node: string): FaultSettings {
  switch (settings.kind) {
    case 'kill-nodes':
    case 'freeze-nodes':
    case 'isolate-nodes':
      return { ...settings, nodes: [node] };
    case 'stop-units':
      return { ...settings, units: settings.units.filter((unit) => unit.node === node) };
    case 'kill-transcoder':
    case 'freeze-transcoder':
    case 'freeze-packager':
    case 'origin-fault':
    case 'clock-skew':
      return { ...settings, node };
    case 'cut-links':
      return { ...settings, links: settings.links.filter((link) => link.node === node) };
    case 'reboot':
    case 'power-off':
    case 'full-disk':
    case 'drop-publisher':
    case 'lose-store':
    case 'split-controller':
      return settings;
  }
}
