/** Waiting for a unit that was just started: until it answers, exits, or the time is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../base/errors.ts';
import { findPortHolder } from '../nodes/port-holder.ts';
import type { ServiceManager } from '../nodes/service-manager.ts';
import type { PlannedUnit } from './plan-units.ts';
import { probeUnit } from './probe-unit.ts';

export interface HealthyWait {
  readonly planned: PlannedUnit;
  readonly node: string;
  readonly address: string;
  readonly services: ServiceManager;
  /** Unix milliseconds when it was started. */
  readonly startedMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const POLL_MS = 25;
/** What a unit said last is in its log a moment after it has ended. */
const LAST_WORDS_MS = 50;
/** What Node says of an error that nobody caught has ten. */
const SHOWN_LINES = 10;

/**
 * Resolves when the unit answers. Throws UNHEALTHY as soon as it exited, or after the timeout, with its last lines,
 * the last probe, and who holds its port.
 */
export async function awaitHealthy(wait: HealthyWait): Promise<void> {
  const { planned, address, services, timeoutMs, startedMs, signal } = wait;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const failure = await probeUnit(planned.probe, address);
    const exit = await services.lastExit(planned.unit.name);
    if (exit !== null && exit.atMs >= startedMs) {
      await sleep(LAST_WORDS_MS);
      const how = exit.signal > 0 ? `was killed by signal ${exit.signal}` : `exited with ${exit.status}`;
      throw await wordFailure(wait, `${how} after ${formatAge(exit.atMs - startedMs)}`, failure ?? 'fine');
    }
    if (failure === null) return;
    if (signal.aborted) throw new StreamctlError('INTERRUPTED', 'stopped while waiting for units');
    if (performance.now() > deadline) {
      throw await wordFailure(wait, `did not answer within ${timeoutMs / 1000} s`, failure);
    }
    await sleep(POLL_MS);
  }
}

function formatAge(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function wordFailure(wait: HealthyWait, what: string, lastProbe: string): Promise<StreamctlError> {
  const { planned, node, services, address } = wait;
  const { name } = planned.unit;
  const lines = await services.lastLines(name, SHOWN_LINES);
  const facts: Record<string, string> = {
    'last lines': lines.length === 0 ? 'none' : lines.join('\n'),
    'last probe': lastProbe,
  };
  const port = planned.probe.port;
  const own = (await services.list()).find((unit) => unit.name === name)?.pid ?? null;
  const holder = await findPortHolder(address, port);
  if (holder !== null && holder.pid !== own) {
    facts['held by'] = `${holder.command}, pid ${holder.pid}, user ${holder.user} (${address}:${port})`;
  }
  return new StreamctlError('UNHEALTHY', `start ${name} on ${node}: ${what}`, {
    hint: `Read streamctl logs ${node}, then run streamctl up again: what is done is not repeated.`,
    details: { node, unit: name, facts },
  });
}
