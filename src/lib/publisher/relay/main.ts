/** A relay as a unit beside a cluster: for the test publisher, which stands for an encoder of the world outside. */
import { once } from 'node:events';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/logger.ts';
import { parseKey } from './play-path.ts';
import { startRelay } from './relay.ts';
import type { RelayReport } from './relay-report.ts';
import { loadRelayConfig, relayStateFile } from './relay-unit.ts';

/** Runs until SIGTERM or SIGINT. Throws when it cannot listen, or its files cannot be read. */
export async function runRelayDaemon({ configFile }: { readonly configFile: string }): Promise<void> {
  const { listen, targets, keyFile, dir } = await loadRelayConfig(configFile);
  const key = parseKey(await readFile(keyFile, 'utf8'));
  const log = createLogger('relay');
  // What one that was killed has left.
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
  let last: RelayReport | null = null;
  let saving = Promise.resolve();
  const onChange = (report: RelayReport): void => {
    const changes = describeChanges(last, report);
    last = report;
    for (const change of changes) log.info(change, 'changed');
    saving = saving.then(() => saveState(dir, report)).catch((err: unknown) => log.error({ err }, 'state'));
  };
  const relay = await startRelay({ listen, targets, key, dir }, { clock: systemClock, log, onChange });
  log.info({ url: relay.url, targets }, 'listening');
  onChange(relay.report());
  try {
    await Promise.race([relay.failed, once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  } finally {
    await relay.close();
    await saving;
  }
}

function describeChanges(before: RelayReport | null, now: RelayReport): object[] {
  const { encoder } = now;
  const came = before?.encoder.state === encoder.state ? [] : [{ encoder: encoder.state, ...encoder }];
  const moved = now.targets.flatMap((target, index) => {
    const old = before?.targets[index];
    const same = old?.state === target.state && old.fault === target.fault && old.gaps === target.gaps;
    return same ? [] : [{ target: target.url, ...target }];
  });
  return [...came, ...moved];
}

async function saveState(dir: string, report: RelayReport): Promise<void> {
  const file = relayStateFile(dir);
  await writeFile(`${file}.new`, `${JSON.stringify(report)}\n`);
  await rename(`${file}.new`, file);
}
