/** The composition root of `up`, `plan` and `quickstart`: from flags to a context, the lock, the steps. */
import { join, resolve } from 'node:path';
import { StreamctlError } from '../base/errors.ts';
import { clusterLayout } from '../nodes/layout.ts';
import { type Change, Changes } from '../provision/changes.ts';
import type { MadeStream, UpContext } from '../provision/context.ts';
import { loadTemplates } from '../provision/load-templates.ts';
import { takeLock } from '../provision/lock.ts';
import { UP_STEPS } from '../provision/up.ts';
import { type LoadedSpec, loadSpec } from '../spec/load.ts';
import { DEFAULT_SPEC, streamctlHome } from './context.ts';
import { runSteps } from './run-steps.ts';

export interface UpRequest {
  readonly spec: string | undefined;
  /** `--cluster`: only to refuse a spec of another name. */
  readonly cluster: string | undefined;
  readonly mode: 'apply' | 'plan';
  readonly wait: boolean;
  readonly command: string;
  readonly root: string;
  readonly version: string;
  readonly silent: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface UpOutcome {
  readonly spec: LoadedSpec;
  readonly changes: readonly Change[];
  readonly streams: readonly MadeStream[];
}

const WAIT_MS = 10 * 60_000;

/** Runs `up` or, in the mode `plan`, says what it would do. */
export async function runUp(request: UpRequest): Promise<UpOutcome> {
  const spec = await loadSpec(resolve(request.spec ?? DEFAULT_SPEC));
  if (request.cluster !== undefined && request.cluster !== spec.cluster) {
    throw new StreamctlError('USAGE', `the spec is of cluster "${spec.cluster}", not "${request.cluster}"`, {
      hint: 'Leave --cluster out, or name its spec with --spec.',
    });
  }
  const context = await createUpContext(spec, request);
  if (request.mode === 'plan') {
    await runSteps(UP_STEPS, context, { silent: true });
    return { spec, changes: context.changes.list, streams: [] };
  }
  const giveBack = await takeLock({
    file: context.layout.lock,
    command: request.command,
    waitMs: request.wait ? WAIT_MS : 0,
    signal: request.signal,
    onWait: (holder) =>
      request.say(`  waiting for ${holder.command}, pid ${holder.pid}, user ${holder.user}`),
  });
  try {
    await runSteps(UP_STEPS, context, { silent: request.silent });
  } finally {
    await giveBack();
  }
  return { spec, changes: context.changes.list, streams: context.madeStreams };
}

/** Creates what the steps of `up` share. */
export async function createUpContext(
  spec: LoadedSpec,
  request: Pick<UpRequest, 'root' | 'version' | 'mode' | 'signal'>,
): Promise<UpContext> {
  const home = streamctlHome();
  return {
    spec,
    home,
    layout: clusterLayout(join(home, spec.cluster)),
    source: join(request.root, 'dist'),
    templates: await loadTemplates(join(request.root, 'templates')),
    version: request.version,
    changes: new Changes(request.mode),
    signal: request.signal,
    only: null,
    program: null,
    nodes: [],
    leaving: [],
    madeStreams: [],
  };
}
