import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { PullStand } from '../../../src/lib/contribution/pull-stand.ts';
import { SessionRegistry } from '../../../src/lib/contribution/session-registry.ts';
import type { FlvTag } from '../../../src/lib/media/flv.ts';
import type { RtmpPull, RtmpPullOptions } from '../../../src/lib/rtmp/rtmp-pull.ts';
import { until } from '../../support/until.ts';

interface FakePull extends RtmpPullOptions {
  closed: boolean;
}

const log = pino({ level: 'silent' });
const FRAME: FlvTag = {
  ...{ type: 'video', timestampMs: 0, data: Buffer.from([0x17, 1, 0, 0, 0]) },
  ...{ isKeyFrame: true, isSequenceHeader: false },
};
const SESSION = { stream: 'demo', sessionId: 1, client: 'a', clientAddress: 'a', keyId: 'k', placed: true };
let pulls: FakePull[];
let dir: string;
let registry: SessionRegistry;

function startPull(options: RtmpPullOptions): RtmpPull {
  const pull: FakePull = { ...options, closed: false };
  pulls.push(pull);
  return {
    close: () => {
      pull.closed = true;
    },
  };
}

describe('a publisher that comes back', () => {
  beforeEach(async () => {
    pulls = [];
    dir = mkdtempSync(join(tmpdir(), 'registry-'));
    const clock = { nowMs: () => Date.now() };
    registry = new SessionRegistry({
      file: join(dir, 's.json'),
      rtmpBase: 'rtmp://x/live/',
      clock,
      log,
      startPull,
    });
    const opening = registry.open(SESSION);
    registry.notePull('demo');
    await opening;
  });

  afterEach(async () => {
    await registry.close();
    rmSync(dir, { recursive: true });
  });

  test('is let in with the pull that stood ready since it left, which reads its media', async () => {
    pulls[0]?.onTag(FRAME);
    registry.closeSession('demo', null);
    assert.deepEqual([pulls.length, pulls[0]?.closed], [2, true]);
    assert.ok(registry.notePull('demo'), 'the server may let it wait');
    const saidEpochMs = Date.now();
    await registry.open({ ...SESSION, sessionId: 2, client: 'b', saidEpochMs });
    assert.equal(pulls.length, 2, 'no other one is started');
    pulls[1]?.onTag(FRAME);
    await until(() => registry.find('demo')?.epochMs === saidEpochMs, 'its session');
  });

  test('waits for the pull when that has not reached the server yet', async () => {
    registry.closeSession('demo', null);
    const opening = registry.open({ ...SESSION, sessionId: 2, client: 'b' });
    const early = await Promise.race([
      opening.then(() => 'in'),
      new Promise((resolve) => setImmediate(resolve)),
    ]);
    assert.equal(early, undefined);
    registry.notePull('demo');
    await opening;
  });

  test('gets a pull of its own when the one that stood was lost', async () => {
    registry.closeSession('demo', null);
    pulls[1]?.onGone();
    const opening = registry.open({ ...SESSION, sessionId: 2, client: 'b' });
    registry.notePull('demo');
    await opening;
    assert.equal(pulls.length, 3);
  });
});

test('a stranger who plays any name whatever is told no, and nothing comes of it', async () => {
  const file = join(tmpdir(), 'no-sessions.json');
  const clock = { nowMs: () => Date.now() };
  registry = new SessionRegistry({ file, rtmpBase: 'rtmp://x/live/', clock, log, startPull });
  for (const name of ['error', '', '__proto__', 'demo', 'newListener', 'KEY?epoch=1', 'x'.repeat(5000)]) {
    assert.equal(registry.notePull(name), false, name);
  }
  await new Promise((resolve) => setImmediate(resolve));
  await registry.close();
});

test('a pull stands for its time and no longer, and none does any more once all are closed', async () => {
  pulls = [];
  const stand = new PullStand({ urlOf: (stream) => `rtmp://x/live/${stream}`, log, startPull, keepMs: 20 });
  stand.keep('demo');
  await until(() => pulls[0]?.closed === true, 'its end');
  assert.equal(stand.take('demo'), null);
  stand.keep('demo');
  stand.close();
  assert.deepEqual([pulls[1]?.closed, stand.notePull('demo')], [true, false]);
});
