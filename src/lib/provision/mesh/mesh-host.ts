/** What the mesh takes of its machine: systemd, as it is asked by its own command, and interfaces. */
import { execa } from 'execa';
import { enableUnit } from '../../nodes/systemd/boot-link.ts';
import { showUnit, systemctl } from '../../nodes/systemd/systemctl.ts';
import { UNIT_FOLDER } from '../../nodes/systemd/unit-place.ts';

export interface MeshHost {
  /** Where systemd reads unit files. */
  readonly unitFolder: string;
  readonly systemctl: typeof systemctl;
  readonly showUnit: typeof showUnit;
  readonly enableUnit: typeof enableUnit;
  /** Deletes an interface; one that is not there is fine. */
  deleteLink(name: string): Promise<void>;
}

/** The machine that this runs on. */
export const MACHINE: MeshHost = {
  unitFolder: UNIT_FOLDER,
  ...{ systemctl, showUnit, enableUnit },
  deleteLink: async (name) => void (await execa('ip', ['link', 'delete', name], { reject: false })),
};
