/** The composition root of `up`, `plan` and `quickstart`: from flags to a context, consent, the lock, the steps. */
import { join, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { clusterLayout } from '../nodes/layout.ts';
import { createReach } from '../nodes/reach.ts';
import { type Change, Changes } from '../provision/changes.ts';
import type { MadeStream, UpContext } from '../provision/context.ts';
import { sortLeftOut } from '../provision/left-out.ts';
import { loadTemplates } from '../provision/load-templates.ts';
import { createLocalDriver } from '../provision/local/local-driver.ts';
import { type ClusterLockOptions, withClusterLock } from '../provision/operation/cluster-lock.ts';
import { loadNotes } from '../provision/operation/journal.ts';
import { findUnfinished } from '../provision/operation/merge-history.ts';
import { describeOperator } from '../provision/operation/operator.ts';
import { findDeletions, wordDeletions } from '../provision/plan/deletions.ts';
import { findFormer } from '../provision/remote/former-nodes.ts';
import { createRemoteDriver } from '../provision/remote/remote-driver.ts';
import { openStore } from '../provision/ring/open-store.ts';
import { type LoadedSpec, loadSpec } from '../spec/load.ts';
import type { OperationNote } from '../store/operations.ts';
import { confirmByName } from './confirm.ts';
import { DEFAULT_SPEC, streamctlHome } from './context.ts';
import { describeHolder } from './describe-holder.ts';
import { loadEarlierPlan, makePlan, refuseMoved, type UpPlan } from './plan-action.ts';
import { runUpSteps } from './run-up-steps.ts';

export interface UpRequest {
  readonly spec: string | undefined;
  /** `--cluster`: only to refuse a spec of another name. */
  readonly cluster: string | undefined;
  readonly wait: boolean;
  readonly command: string;
  readonly root: string;
  readonly version: string;
  readonly silent: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Prints a line of the result, on standard output. */
  readonly print: (line: string) => void;
  /** `--plan`: it must still be what `up` would do. */
  readonly planned?: string | undefined;
  /** `--without`: nodes whose machines are away. */
  readonly without?: readonly string[] | undefined;
  /** `--confirm`: name of the cluster, when something of it is taken away. */
  readonly confirmed?: string | undefined;
}

export interface UpOutcome {
  readonly spec: LoadedSpec;
  readonly changes: readonly Change[];
  readonly streams: readonly MadeStream[];
  /** Streams whose key nobody may have been shown, because the command that made it was stopped. */
  readonly unshown: readonly string[];
  /** A command that was killed on its way, which this one continued; null when there was none. */
  readonly resumed: OperationNote | null;
  /** Nodes that were left as they are. */
  readonly without: readonly string[];
}

const WAIT_MS = 10 * 60_000;

/** What `plan` needs of a request. */
export type PlanRequest = Omit<UpRequest, 'wait' | 'command' | 'silent' | 'say' | 'print'>;

/** Says what `up` would do, and changes nothing. */
export async function runPlan(request: PlanRequest): Promise<UpPlan> {
  const spec = await loadRequestedSpec(request);
  return await makePlan(await createUpContext(spec, { ...request, mode: 'plan' }));
}

async function loadRequestedSpec(request: Pick<UpRequest, 'spec' | 'cluster'>): Promise<LoadedSpec> {
  const spec = await loadSpec(resolve(request.spec ?? DEFAULT_SPEC));
  if (request.cluster !== undefined && request.cluster !== spec.cluster) {
    throw new StreamctlError('USAGE', `the spec is of cluster "${spec.cluster}", not "${request.cluster}"`, {
      hint: 'Leave --cluster out, or name its spec with --spec.',
    });
  }
  return spec;
}

/** Runs `up`. Throws CONFLICT when it would do something else than was planned, USAGE when nobody agreed to a deletion. */
export async function runUp(request: UpRequest): Promise<UpOutcome> {
  const spec = await loadRequestedSpec(request);
  const earlier = request.planned === undefined ? null : await loadEarlierPlan(request.planned);
  const context = await createUpContext(spec, { ...request, mode: 'apply' });
  await agreeToDeletions(context, request);
  return await withClusterLock(lockOf(context, request), async (lock) => {
    context.changes.guard(() => lock.check());
    const held = { ...context, signal: lock.signal };
    const resumed = findUnfinished(await loadNotes(context.layout.dir), [lock.id]);
    if (resumed !== null) request.say(`  going on where ${wordNote(resumed)} stopped`);
    if (earlier !== null) {
      refuseMoved(earlier, await makePlan(await createUpContext(spec, { ...request, mode: 'plan' })));
    }
    await runUpSteps(held, request).finally(() => context.driver.close());
    const changes = held.changes.list;
    lock.tell(wordOutcome(held));
    const { madeStreams: streams, unshownStreams: unshown, without } = held;
    return { spec, changes, streams, unshown, resumed, without };
  });
}

/** For the history. */
function wordOutcome({ changes: { list }, without }: Pick<UpContext, 'changes' | 'without'>): string {
  const count = list.length === 1 ? '1 change' : `${list.length} changes`;
  return without.length === 0 ? count : `${count}, without ${without.join(', ')}`;
}

function lockOf(context: UpContext, { command, wait, signal, say }: UpRequest): ClusterLockOptions {
  return {
    file: context.layout.lock,
    command,
    operator: describeOperator(process.env),
    waitMs: wait ? WAIT_MS : 0,
    signal,
    onWait: (holder) => say(`  waiting for ${holder}`),
    openStore: () => openStore(context).catch(() => null),
  };
}

function wordNote({ command, who, atMs }: OperationNote): string {
  return `${command} of ${who} at ${new Date(atMs).toISOString()}`;
}

async function agreeToDeletions(context: UpContext, request: UpRequest): Promise<void> {
  const { spec } = context;
  const words = wordDeletions(await findDeletions(context));
  if (words === '') return;
  await confirmByName(`Take ${words} out of cluster "${spec.cluster}"?`, {
    name: spec.cluster,
    given: request.confirmed,
    silent: request.silent,
  });
}

export interface ContextRequest extends Pick<UpRequest, 'root' | 'version' | 'signal' | 'without'> {
  readonly mode: 'apply' | 'plan';
  /** `up`, `streamctl up`; of no matter for a plan. */
  readonly command?: string;
  /** It has no `--without`. */
  readonly needsAll?: boolean;
}

/** Creates what the steps of `up` share. */
export async function createUpContext(spec: LoadedSpec, request: ContextRequest): Promise<UpContext> {
  const home = streamctlHome();
  const layout = clusterLayout(join(home, spec.cluster));
  const former = spec.ssh === null ? [] : (await findFormer({ spec, layout })).map(({ name }) => name);
  return {
    spec,
    home,
    layout,
    driver:
      spec.ssh === null
        ? createLocalDriver(layout.dir)
        : createRemoteDriver({ cluster: spec.cluster, ssh: spec.ssh, mesh: spec.mesh! }),
    reach: createReach({ ssh: spec.ssh, peers: spec.nodes }),
    source: join(request.root, 'dist'),
    templates: await loadTemplates(join(request.root, 'templates')),
    version: request.version,
    changes: new Changes(request.mode),
    signal: request.signal,
    only: null,
    ...sortLeftOut(spec, request.without ?? [], former),
    needsAll: request.needsAll ?? false,
    holder: await describeHolder(request.command ?? ''),
    program: null,
    nodes: [],
    leaving: [],
    former: [],
    madeStreams: [],
    unshownStreams: [],
  };
}
