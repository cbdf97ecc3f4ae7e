/** The template of the agent's units and the door through which it switches them: made by root before the agent starts. */
import { join } from 'node:path';
import { writeIfDiffers } from '../write-if-differs.ts';
import { enableUnit } from './boot-link.ts';
import { systemctl } from './systemctl.ts';
import { formatDoor, formatTemplate } from './unit-files.ts';
import { templateId, UNIT_FOLDER, type UnitPlace } from './unit-place.ts';

/** Lists the files that `installAgentUnits` would write, with their texts. */
export function planAgentUnits(place: UnitPlace): ReadonlyMap<string, string> {
  const files = { ...formatDoor(place), [templateId(place)]: formatTemplate(place) };
  return new Map(Object.entries(files).map(([name, text]) => [join(UNIT_FOLDER, name), text]));
}

/** Makes them and opens the door; returns whether a file changed. Pipelines that run are not disturbed. */
export async function installAgentUnits(place: UnitPlace): Promise<boolean> {
  let changed = false;
  for (const [path, text] of planAgentUnits(place)) {
    changed = (await writeIfDiffers(path, text, 0o644)) || changed;
  }
  if (changed) await systemctl('read unit files', ['daemon-reload']);
  const socket = Object.keys(formatDoor(place)).find((name) => name.endsWith('.socket'))!;
  await enableUnit(socket);
  await systemctl(`open ${socket}`, ['start', socket]);
  return changed;
}
