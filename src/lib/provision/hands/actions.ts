/** What hands do, by name. Each calls what `up` calls for a local node. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { probePort } from '../../health/ask-node.ts';
import type { UnitReport } from '../../health/report.ts';
import { type ClusterLayout, clusterLayout, nodeLayout } from '../../nodes/layout.ts';
import { dynamicServices, staticServices } from '../../nodes/node-services.ts';
import { findClusterProcesses } from '../../nodes/processes.ts';
import { installAgentUnits } from '../../nodes/systemd/agent-units.ts';
import { removeAllUnits, stopAllUnits } from '../../nodes/systemd/remove-units.ts';
import { ensureSystemUser, findSystemUser, giveToSystemUser } from '../../nodes/systemd/system-user.ts';
import { SYSTEM_USER } from '../../nodes/systemd/unit-place.ts';
import type { Changes } from '../changes.ts';
import { checkPorts } from '../check-addresses.ts';
import { takeDown } from '../down.ts';
import { applyMesh, removeMesh } from '../mesh/apply-mesh.ts';
import { awaitMesh } from '../mesh/await-mesh.ts';
import { collectMeshFacts } from '../mesh/collect-mesh-facts.ts';
import { removeLeftovers } from '../remove-leftovers.ts';
import { verifyMedia } from '../ring/verify-media.ts';
import { applyUnitWork, findUnitWork, type UnitWork } from '../start-units.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import { writeNode, writePlayer } from '../write-nodes.ts';
import { ACCESS_ACTIONS } from './access-actions.ts';
import { holdMachine } from './hold-machine.ts';
import type {
  DownRequest,
  HandsActions,
  MeshRequest,
  NodeRequest,
  TidyRequest,
  UnitKind,
  UnitsRequest,
  WriteRequest,
} from './protocol.ts';
import { UPGRADE_ACTIONS } from './upgrade-actions.ts';

export interface HandsContext {
  readonly changes: Changes;
  /** Aborts when nobody waits for an answer any more. */
  readonly signal: AbortSignal;
  /** To be done when these hands end. */
  readonly atEnd: (undo: () => Promise<void>) => void;
}

type Actions = {
  readonly [Action in keyof HandsActions]: (
    takes: HandsActions[Action]['takes'],
    context: HandsContext,
  ) => Promise<HandsActions[Action]['gives']>;
};

export const HANDS_ACTIONS: Actions = {
  hold: holdMachine,
  meshFacts: (wish, { changes }) => collectMeshFacts(wish, changes),
  mesh,
  meshWait,
  check,
  write,
  look,
  start,
  tidy,
  verify: ({ node, ...play }, { signal }) => verifyMedia(node, { ...play, signal }),
  probe: ({ places }) => Promise.all(places.map((one) => probePort(one.address, one.port, PROBE_MS))),
  units,
  down,
  ...UPGRADE_ACTIONS,
  ...ACCESS_ACTIONS,
};

const PROBE_MS = 2_000;

/** Handshakes take a way there and back; a peer that has just been started takes its time. */
const MESH_WAIT_MS = 15_000;

async function mesh(wish: MeshRequest, { changes }: HandsContext): Promise<null> {
  await applyMesh(wish, changes);
  return null;
}

async function meshWait({ plan, apply }: MeshRequest, { signal }: HandsContext): Promise<readonly string[]> {
  return apply ? await awaitMesh({ plan, limitMs: MESH_WAIT_MS, signal }) : [];
}

async function check({ plan, clusterDir }: NodeRequest): Promise<null> {
  const idle = (await findUnitWork([plan], clusterDir)).filter(({ kind }) => kind === 'start');
  await checkPorts(
    clusterDir,
    idle.flatMap(({ planned }) =>
      planned.ports.map((port) => ({ node: plan.node, unit: planned.unit.name, port })),
    ),
  );
  return null;
}

async function write(
  { plan, clusterDir, secrets, program }: WriteRequest,
  { changes }: HandsContext,
): Promise<null> {
  const layout = clusterLayout(clusterDir);
  const { name } = plan.node;
  for (const { path, text } of secrets) {
    if ((await readFileOrNull(path)) === text) continue;
    await changes.step(name, `write secret ${basename(path)}`, async () => {
      await mkdir(layout.secrets, { recursive: true, mode: 0o700 });
      await writeWholeFile(path, text, 0o600);
    });
  }
  if ((await findSystemUser()) === null) {
    await changes.step(name, `make the user ${SYSTEM_USER}`, async () => void (await ensureSystemUser()));
  }
  await writeNode(plan, clusterDir, changes);
  await writePlayer(plan, { source: program, layout, changes });
  if (changes.applies) await giveToUnits(layout, name);
  return null;
}

/** What the units' user reads or writes is its own; all the rest is root's. */
async function giveToUnits(layout: ClusterLayout, node: string): Promise<void> {
  const { data, services, www } = nodeLayout(layout.dir, node);
  const secrets = await listFiles(layout.secrets);
  const kept = (await listFiles(data)).filter((file) => file.endsWith('.conf') || file.endsWith('.acl'));
  await giveToSystemUser([layout.secrets, ...secrets, data, ...kept, services, www]);
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name));
}

async function look({ plan, clusterDir }: NodeRequest): Promise<readonly UnitKind[]> {
  return (await findUnitWork([plan], clusterDir)).map(nameWork);
}

async function start({ plan, clusterDir }: NodeRequest, context: HandsContext): Promise<readonly UnitKind[]> {
  const work = await findUnitWork([plan], clusterDir);
  if (work.some(({ kind }) => kind !== 'none')) await installAgentUnits({ clusterDir, node: plan.node.name });
  await applyUnitWork(work, { ...context, layout: clusterLayout(clusterDir) });
  return work.map(nameWork);
}

function nameWork({ planned, kind }: UnitWork): UnitKind {
  return { unit: planned.unit.name, kind };
}

async function units({ clusterDir, node }: UnitsRequest): Promise<readonly UnitReport[]> {
  const managers = [staticServices, dynamicServices].map((create) => create(clusterDir, node, 'systemd'));
  return (await Promise.all(managers.map((services) => services.list()))).flat();
}

async function tidy(request: TidyRequest, { changes }: HandsContext): Promise<null> {
  const { plan, clusterDir, program, interfaceName } = request;
  const layout = clusterLayout(clusterDir);
  if (plan === null)
    await changes.step(null, 'remove the node', () => removeMachine(clusterDir, interfaceName));
  else await removeLeftovers({ layout, nodes: [plan], changes, program: { digest: program } });
  return null;
}

/** Also secrets and the program: the machine is no part of the cluster any more. The journal keeps its logs. */
async function removeMachine(clusterDir: string, interfaceName: string): Promise<void> {
  await removeAllUnits(clusterDir);
  await removeMesh({ clusterDir, interfaceName });
  await takeDown({ clusterDir, purge: true });
  await removeIfEmpty(join(clusterDir, '..'));
}

async function down({
  clusterDir,
  purge,
  interfaceName,
}: DownRequest): Promise<{ stopped: number; killed: number }> {
  const { length: ran } = await findClusterProcesses(clusterDir);
  if (purge) await removeAllUnits(clusterDir);
  else await stopAllUnits(clusterDir);
  if (interfaceName !== null) await removeMesh({ clusterDir, interfaceName });
  const { killed } = await takeDown({ clusterDir, purge });
  if (purge) await removeIfEmpty(join(clusterDir, '..'));
  return { stopped: ran, killed };
}

/** The folder of all clusters of a machine goes with the last of them. */
async function removeIfEmpty(folder: string): Promise<void> {
  const left = await readdir(folder).catch((): string[] => []);
  if (left.length === 0) await rm(folder, { recursive: true, force: true });
}
