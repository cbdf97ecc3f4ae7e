import { breakPipeline } from './break-pipeline.ts';
import { cutLinks } from './cut-links.ts';
import { dropPublisher } from './drop-publisher.ts';
import type { Fault, FaultContext, FaultSettings } from './fault.ts';
import { fillDisk } from './fill-disk.ts';
import { freezeNodes } from './freeze-nodes.ts';
import { isolateNodes } from './isolate-nodes.ts';
import { killNodes } from './kill-nodes.ts';
import { loseStore } from './lose-store.ts';
import { originFault } from './origin-fault.ts';
import { powerOffNode } from './power-off-node.ts';
import { rebootNode } from './reboot-node.ts';
import { skewClock } from './skew-clock.ts';
import { splitController } from './split-controller.ts';
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
    case 'clock-skew':
      return skewClock(settings.node, settings.skewMs, context);
    case 'full-disk':
      return fillDisk(settings.node, context);
    case 'cut-links':
      return cutLinks(settings.links, context);
    case 'power-off':
      return await powerOffNode(settings.node, context);
    case 'reboot':
      return rebootNode(settings.node, context);
    case 'lose-store':
      return loseStore(context);
    case 'split-controller':
      return splitController(context);
    case 'drop-publisher':
      return await dropPublisher(settings.stream, context);
  }
}
