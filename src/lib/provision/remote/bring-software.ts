/** What a machine needs before hands can work there: packages of its distribution, and the program with its Node. */
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { UpContext } from '../context.ts';
import { bringBundle } from './bring-program.ts';
import { type Bundle, NODE_FOLDER, packBundles } from './bundle.ts';
import { installPackages, missingPackages } from './install-packages.ts';
import type { MachineRoom, RoomCall } from './machine-room.ts';

/** Folder of packed programs, beside the clusters of this machine. */
const BUNDLES = '.bundles';

/** Installs the packages that are missing. */
export async function bringPackages(room: MachineRoom, call: RoomCall): Promise<void> {
  const { changes, source, signal } = call.context;
  const lacking = reached(room, call.context).filter(
    ({ name }) => missingPackages(room.machines.get(name)!).length > 0,
  );
  await room.each(call, { step: 'install packages', peers: lacking }, async (peer) => {
    const machine = room.machines.get(peer.name)!;
    const names = missingPackages(machine);
    const target = await room.target(peer);
    await changes.step(peer.name, `install ${names.join(', ')}`, () =>
      installPackages(target, { names, asRoot: machine.asRoot, source, signal }),
    );
  });
}

/** Uploads the program and its Node where they are missing. */
export async function bringProgram(room: MachineRoom, call: RoomCall): Promise<void> {
  const { changes, source, home, program } = call.context;
  const wanted = [NODE_FOLDER, program!.digest];
  const lacks = ({ name }: Peer): string[] =>
    wanted.filter((folder) => !room.machines.get(name)!.programs.includes(folder));
  const lacking = reached(room, call.context).filter((peer) => lacks(peer).length > 0);
  if (lacking.length === 0) return;
  refuseUnbroughtProgram(call.context, lacking);
  call.report.doing('pack the program');
  const bundles = changes.applies ? await packBundles(source, program!.digest, join(home, BUNDLES)) : [];
  await room.each(call, { step: 'bring the program', peers: lacking }, async (peer) => {
    for (const folder of lacks(peer)) {
      const what = folder === NODE_FOLDER ? `Node ${process.versions.node}` : `program ${folder}`;
      const bundle = bundles.find(({ name }) => name === folder);
      await changes.step(peer.name, `bring ${what}`, () =>
        bring(room, call.context, { peer, bundle: bundle! }),
      );
    }
  });
}

/** A program that only machines have comes from nowhere to those that lack it. */
function refuseUnbroughtProgram({ installed }: UpContext, lacking: readonly Peer[]): void {
  if (installed === undefined) return;
  const names = lacking.map(({ name }) => name).join(', ');
  throw new StreamctlError('NOT_FOUND', `program ${installed} is not on ${names}`, {
    hint: 'Give the folder of that build: then it is brought to them.',
    details: { nodes: lacking.map(({ name }) => name) },
  });
}

async function bring(
  room: MachineRoom,
  { signal }: UpContext,
  { peer, bundle }: { readonly peer: Peer; readonly bundle: Bundle },
): Promise<void> {
  const { asRoot } = room.machines.get(peer.name)!;
  await bringBundle(await room.target(peer), { bundle, programs: room.programs, asRoot, signal });
  const machine = room.machines.get(peer.name)!;
  room.machines.set(peer.name, { ...machine, programs: [...machine.programs, bundle.name] });
}

/** Nodes of the spec whose machines were reached, and those that left something on theirs. */
export function reached(
  room: Pick<MachineRoom, 'machines' | 'hasNode'>,
  { spec, former }: { readonly spec: { readonly nodes: readonly Peer[] }; readonly former: readonly Peer[] },
): Peer[] {
  const present = spec.nodes.filter(({ name }) => room.machines.has(name));
  return [...present, ...former.filter(({ name }) => room.hasNode(name))];
}
