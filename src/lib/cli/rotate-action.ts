/** The composition root of `secrets rotate`: from flags to a context, the lock, the steps. */
import { isRotating } from '../provision/rotation/password-files.ts';
import { ROTATION_DOES, ROTATION_STEPS } from '../provision/rotation/rotate-passwords.ts';
import { refuseUnfinishedUp } from '../provision/unfinished-up.ts';
import { loadSpec } from '../spec/load.ts';
import { underLockOf } from './cluster-lock.ts';
import { type ClusterChoice, loadChosenCluster } from './context.ts';
import { runSteps } from './run-steps.ts';
import { createUpContext } from './up-action.ts';

export interface RotateRequest {
  readonly choice: ClusterChoice;
  readonly root: string;
  readonly version: string;
  readonly silent: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** What `secrets rotate --json` prints. */
export interface RotateReport {
  readonly cluster: string;
  /** An earlier run that did not come to its end was gone on with. */
  readonly resumed: boolean;
}

/** Changes the passwords of the store, alone on its cluster. Throws LOCKED, CONFLICT, UNHEALTHY, and what reaching machines throws. */
export async function rotateSecrets(request: RotateRequest): Promise<RotateReport> {
  const { root, version, signal, say } = request;
  const view = await loadChosenCluster(request.choice);
  const call = { command: 'secrets rotate', waitMs: 0, signal, say };
  return await underLockOf(view, call, async (lock) => {
    const spec = await loadSpec(view.specFile);
    await refuseUnfinishedUp(spec, view.dir, ROTATION_DOES);
    const held = { root, version, signal: lock.signal, mode: 'apply', command: call.command } as const;
    const context = await createUpContext(spec, { ...held, needsAll: true });
    context.changes.guard(() => lock.check());
    const resumed = await isRotating(context.layout);
    if (resumed) say('  going on with a change of passwords that was begun');
    await runSteps(ROTATION_STEPS, context, { silent: request.silent }).finally(() => context.driver.close());
    lock.tell('other passwords of the store');
    return { cluster: spec.cluster, resumed };
  });
}
