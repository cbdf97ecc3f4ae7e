import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findPrimary } from '../../../src/lib/store/find-primary.ts';
import { namingReply, startAnswering } from '../../support/answering-server.ts';
import { freePort } from '../../support/free-port.ts';

const REDIS = 6379;
const [US, EU, AP] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const;

describe('findPrimary()', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sc-find-'));
    await writeFile(join(dir, 'password'), 'p\n');
  });
  after(async () => await rm(dir, { recursive: true }));

  /** The store as these Sentinels say: which one each names, null for one that is away. */
  async function find(said: Readonly<Record<string, string | null>>) {
    const servers = await Promise.all(
      Object.entries(said).map(async ([address, named]) =>
        named === null
          ? { address, port: await freePort(address), close: () => undefined }
          : await startAnswering({ sentinel: namingReply(named, REDIS) }, address),
      ),
    );
    const sentinels = servers.map(({ address, port }) => ({ address, port }));
    const site = { cluster: 'test', address: US, port: REDIS, passwordFile: join(dir, 'password') };
    return await findPrimary({ ...site, sentinels }).finally(() => {
      for (const server of servers) server.close();
    });
  }

  test('believes most Sentinels', async () => {
    assert.deepEqual(await find({ [US]: US, [EU]: EU, [AP]: EU }), { address: EU, port: REDIS });
  });

  test('of two that differ believes the one that names a store whose own Sentinel answers', async () => {
    assert.deepEqual(await find({ [US]: null, [EU]: US, [AP]: EU }), { address: EU, port: REDIS });
    assert.deepEqual(await find({ [US]: null, [EU]: AP, [AP]: US }), { address: AP, port: REDIS });
  });

  test('names all Sentinels when none answers', async () => {
    await assert.rejects(find({ [US]: null, [EU]: null, [AP]: null }), {
      code: 'NOT_RUNNING',
      message: /no Sentinel answers \(127\.0\.0\.1:\d+, 127\.0\.0\.2:\d+, 127\.0\.0\.3:\d+\)/,
    });
  });
});
