/**
 * Calls service managers on the machine that it runs on, as told on standard input: a line of JSON for each call, and one for
 * each answer. Tests bundle it and run it in a lab's machine.
 */
import { createInterface } from 'node:readline';
import { installAgentUnits } from '../../src/lib/nodes/systemd/agent-units.ts';
import { askDoor } from '../../src/lib/nodes/systemd/door.ts';
import { findUnitFiles, removeAllUnits } from '../../src/lib/nodes/systemd/remove-units.ts';
import { ensureSystemUser, giveToSystemUser } from '../../src/lib/nodes/systemd/system-user.ts';
import { createSystemdServices } from '../../src/lib/nodes/systemd/systemd.ts';

if (process.argv[2] === '--door') {
  await askDoor(process.argv[3]!, process.argv[4]!);
  process.exit();
}

const [, , clusterDir = '', node = ''] = process.argv;
const place = { clusterDir, node };
const others = {
  ensureSystemUser,
  giveToSystemUser,
  installAgentUnits: () => installAgentUnits(place),
  findUnitFiles: () => findUnitFiles(clusterDir),
  removeAllUnits: () => removeAllUnits(clusterDir),
};

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

for await (const line of createInterface({ input: process.stdin })) {
  const { target, method, args } = JSON.parse(line) as { target: string; method: string; args: unknown[] };
  const found =
    target === 'static' || target === 'dynamic' ? createSystemdServices({ ...place, mode: target }) : others;
  const answer = await (found as unknown as Methods)[method]!(...args)
    .then((value) => ({ value }))
    .catch((error: Error) => ({ error: error.message, details: (error as { details?: unknown }).details }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
