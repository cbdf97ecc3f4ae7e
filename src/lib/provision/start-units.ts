/**
 * Bringing units to run what the plan says. A unit that runs with the digest of its plan is left alone; whether it
 * does is what its start noted beside its pid, so that an `up` killed anywhere is continued by the next.
 */
import { StreamctlError } from '../base/errors.ts';
import { staticServices } from '../nodes/node-services.ts';
import type { ServiceManager } from '../nodes/service-manager.ts';
import { awaitHealthy } from './await-healthy.ts';
import type { UnitContext } from './context.ts';
import type { NodePlan } from './plan-nodes.ts';
import type { PlannedUnit } from './plan-units.ts';

/** A unit, its node, and what must happen to it. */
export interface UnitWork {
  readonly plan: NodePlan;
  readonly planned: PlannedUnit;
  readonly services: ServiceManager;
  readonly kind: 'none' | 'start' | 'restart';
}

const HEALTHY_TIMEOUT_MS = 15_000;

/** Compares what runs with what should. */
export async function findUnitWork(nodes: readonly NodePlan[], clusterDir: string): Promise<UnitWork[]> {
  const perNode = await Promise.all(
    nodes.map(async (plan) => {
      const services = staticServices(clusterDir, plan.node.name, plan.config.supervisor);
      const running = new Map((await services.list()).map((unit) => [unit.name, unit]));
      return await Promise.all(
        plan.units.map(async (planned): Promise<UnitWork> => {
          const unit = running.get(planned.unit.name);
          const pid = unit?.pid ?? null;
          if (pid === null) {
            const isComing = unit?.state === 'restarting' || unit?.state === 'starting';
            return { plan, planned, services, kind: isComing ? 'restart' : 'start' };
          }
          const kind = (await services.runs(planned.unit)) ? 'none' : 'restart';
          return { plan, planned, services, kind };
        }),
      );
    }),
  );
  return perNode.flat();
}

/** Installs and starts what must be: the store first, new units together, changed ones one node after the other. */
export async function applyUnitWork(work: readonly UnitWork[], context: UnitContext): Promise<void> {
  const todo = work.filter(({ kind }) => kind !== 'none');
  for (const one of todo) await installUnit(one, context);
  const store = todo.filter(({ planned }) => planned.unit.name === 'redis');
  const [stopped, running] = [
    store.filter(({ kind }) => kind === 'start'),
    store.filter(({ kind }) => kind !== 'start'),
  ];
  const rest = todo.filter(({ planned }) => planned.unit.name !== 'redis');
  const fresh = rest.filter(({ kind }) => kind === 'start');
  const changed = rest.filter(({ kind }) => kind === 'restart');
  await runTogether(stopped, context);
  // Of several stores one at a time: the others keep what it knows.
  for (const one of running) await bringUp(one, context);
  await runTogether(fresh, context);
  for (const one of changed) await bringUp(one, context);
}

async function installUnit(one: UnitWork, { changes }: UnitContext): Promise<void> {
  if (changes.applies) await one.services.install(one.planned.unit);
}

/** Reports every failure, not the first: the first is thrown with the others beside it. */
async function runTogether(work: readonly UnitWork[], context: UnitContext): Promise<void> {
  const results = await Promise.allSettled(work.map((one) => bringUp(one, context)));
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0 || !(first instanceof StreamctlError)) throw first;
  const details = first.details as { facts?: Record<string, string> };
  const more = others.map((error) => (error instanceof Error ? error.message : String(error))).join('\n');
  throw new StreamctlError(first.code, first.message, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: { ...details, facts: { ...details.facts, also: more } },
    cause: first,
  });
}

async function bringUp({ plan, planned, services, kind }: UnitWork, context: UnitContext): Promise<void> {
  const { name } = planned.unit;
  await context.changes.step(plan.node.name, `${kind} ${name}`, async () => {
    if (kind === 'restart') await services.stop(name);
    const startedMs = Date.now();
    await services.start(name);
    await awaitHealthy({
      planned,
      node: plan.node.name,
      address: plan.node.address,
      services,
      startedMs,
      timeoutMs: HEALTHY_TIMEOUT_MS,
      signal: context.signal,
    });
  });
}
