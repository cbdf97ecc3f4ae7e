/** What a machine says of itself before it is in the mesh. Runs on that machine, as root. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Changes } from '../changes.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import { type MeshPlace, meshFolder, parsePeerKeys } from './format-mesh.ts';
import type { MeshFacts } from './mesh.ts';
import { runMeshTool } from './run-mesh-tool.ts';

export interface MeshFactsWish extends MeshPlace {
  readonly node: string;
  /** Of the cluster's mesh; its own networks are none of the machine's. */
  readonly interfaceName: string;
}

const USUAL_MTU = 1500;

/** Collects them; makes the key pair when there is none, unless `changes` is only a plan. */
export async function collectMeshFacts(wish: MeshFactsWish, changes: Changes): Promise<MeshFacts> {
  const routes = await readRoutes();
  const world = routes.find(({ dst, dev }) => dst === 'default' && dev !== wish.interfaceName);
  const networks = routes
    .filter(({ dst, dev }) => dst !== 'default' && dev !== wish.interfaceName)
    .map(({ dst }) => dst);
  return {
    publicKey: await ensurePublicKey(wish, changes),
    kernel: await hasKernelWireGuard(),
    mtu: await readMtu(world?.dev),
    networks,
    known: parsePeerKeys((await readFileOrNull(join(meshFolder(wish), 'mesh.conf'))) ?? ''),
  };
}

/** Where a machine's private key is. */
export function meshKeyFile(place: MeshPlace): string {
  return join(meshFolder(place), 'private-key');
}

async function ensurePublicKey(wish: MeshFactsWish, changes: Changes): Promise<string | null> {
  const file = meshKeyFile(wish);
  if (!(await readFileOrNull(file))?.trim()) {
    await changes.step(wish.node, 'make the key of the mesh', async () => {
      const key = await runMeshTool({ what: 'make the key of the mesh', argv: ['wg', 'genkey'] });
      await writeWholeFile(file, `${key.trim()}\n`, 0o600);
    });
  }
  const key = (await readFileOrNull(file))?.trim();
  if (!key) return null;
  return (
    await runMeshTool({ what: 'read the key of the mesh', argv: ['wg', 'pubkey'], input: `${key}\n` })
  ).trim();
}

interface Route {
  readonly dst: string;
  readonly dev: string;
}

async function readRoutes(): Promise<Route[]> {
  const text = await runMeshTool({ what: 'read the routes', argv: ['ip', '-4', '-json', 'route', 'show'] });
  return JSON.parse(text) as Route[];
}

async function readMtu(device: string | undefined): Promise<number> {
  const text = await readFile(`/sys/class/net/${device ?? 'none'}/mtu`, 'utf8').catch(() => '');
  return Number(text) || USUAL_MTU;
}

/** Always the same one, so that what killed hands left behind is of use to the next. */
const TRIED = 'sctry';

/** Makes an interface to see whether it can be made, which loads the module when there is one. */
async function hasKernelWireGuard(): Promise<boolean> {
  const tried = await execa('ip', ['link', 'add', TRIED, 'type', 'wireguard'], { reject: false });
  // One of that name was made before, or by the hands of another cluster just now.
  if (tried.failed && !tried.stderr.includes('File exists')) return false;
  await execa('ip', ['link', 'delete', TRIED], { reject: false });
  return true;
}
