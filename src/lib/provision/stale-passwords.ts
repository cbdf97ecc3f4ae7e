/** Passwords of the store that were changed from another machine: what is written with those of here locks nodes out. */
import { StreamctlError } from '../base/errors.ts';
import { openCommandLine } from '../store/command-line.ts';
import { storeNodes } from '../store/store-site.ts';
import type { UpContext } from './context.ts';
import { readFileOrNull } from './write-file.ts';

const ANSWER_MS = 1_000;

/** Throws CONFLICT when stores answer and none lets the operator in; while they are changed, all take the one of here. */
export async function refuseStalePasswords({
  spec,
  layout,
  reach,
}: Pick<UpContext, 'spec' | 'layout' | 'reach'>): Promise<void> {
  const password = (await readFileOrNull(layout.redisPassword))?.trim() ?? '';
  if (password === '') return;
  const tries = storeNodes(spec.nodes).map(async ({ address, ports }) => {
    const line = await openCommandLine({ address, port: ports.redis }, { timeoutMs: ANSWER_MS, reach });
    await line.ask(['AUTH', 'operator', password]).finally(line.close);
  });
  const results = await Promise.allSettled(tries);
  if (results.some(({ status }) => status === 'fulfilled')) return;
  const isRefusal = (reason: unknown): boolean =>
    reason instanceof Error && reason.message.startsWith('WRONGPASS');
  if (!results.some((result) => result.status === 'rejected' && isRefusal(result.reason))) return;
  throw new StreamctlError(
    'CONFLICT',
    `the store of cluster ${spec.cluster} has other passwords than ${layout.secrets}`,
    {
      hint: `Copy secrets/ from where streamctl secrets rotate ran to ${layout.secrets}; nothing was changed.`,
      details: { stale: layout.secrets },
    },
  );
}
