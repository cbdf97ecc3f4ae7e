import { breakPipeline } from './break-pipeline.ts';
import { cutLinks } from './cut-links.ts';
import { dropPublisher } from './drop-publisher.ts';
import type { Fault, FaultContext, FaultSettings } from './fault.ts';
import { freezeNodes } from './freeze-nodes.ts';
import { isolateNodes } from './isolate-nodes.ts';
import { killNodes } from './kill-nodes.ts';
import { originFault } from './origin-fault.ts';
import { rebootNode } from './reboot-node.ts';
import { stopUnits } from './stop-units.ts';

/** Finds what a fault would touch. Throws NOT_FOUND or NOT_RUNNING when there is nothing of the kind. */
export async function resolveFault(settings: FaultSettings, context: FaultContext): Promise<Fault> {
  switch (settings.kind) {
    case 'kill-nodes':
      return killNodes(settings.nodes, context);
    case 'freeze-nodes':
      return freezeNodes(settings.nodes, context);
    case 'isolate-nodes':
      return isolateNodes(settings.nodes, context);
    case 'stop-units':
      return stopUnits(settings.units, context);
    case 'kill-transcoder':
    case 'freeze-transcoder':
    case 'freeze-packager':
      return breakPipeline(settings, context);
    case 'origin-fault':
      return originFault(settings.node, settings.mode, context);
    case 'cut-links':
      return cutLinks(settings.links, context);
    case 'reboot':
      return rebootNode(settings.node, context);
    case 'drop-publisher':
      return await dropPublisher(settings.stream, context);
  }
}
