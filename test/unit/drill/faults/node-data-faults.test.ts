import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { removeFill } from '../../../../src/lib/agent/sweep-leftovers.ts';
import type { FaultContext } from '../../../../src/lib/drill/faults/fault.ts';
import { fillDisk } from '../../../../src/lib/drill/faults/fill-disk.ts';
import { skewClock } from '../../../../src/lib/drill/faults/skew-clock.ts';
import { applyUndo } from '../../../../src/lib/drill/undo/apply-undo.ts';
import { clockShiftFile, nodeLayout } from '../../../../src/lib/nodes/layout.ts';
import { DRILL_FACTS, EMPTY_SIGHT } from '../../../support/drill-facts.ts';

const NODE = 'eu-1';
const NOW_MS = 1_000_000;

describe('faults that are asked for in the data of a node', () => {
  let dir: string;
  let data: string;
  let agent: Server;
  let agentMs = NOW_MS;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'streamctl-faults-'));
    ({ data } = nodeLayout(dir, NODE));
    mkdirSync(data, { recursive: true });
    agent = createServer((_, response) => response.end(JSON.stringify({ nowMs: agentMs })));
    await new Promise<void>((resolve) => agent.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    agent.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const context = (): FaultContext => {
    const { port } = agent.address() as AddressInfo;
    const peers = DRILL_FACTS.view.peers.map((peer) => ({
      ...{ ...peer, address: '127.0.0.1', ports: { ...peer.ports, agent: port } },
    }));
    const view = { ...DRILL_FACTS.view, dir, peers };
    return { view, sight: { ...EMPTY_SIGHT, control: null }, nowMs: () => NOW_MS, longestMs: 60_000 };
  };

  test('a wrong clock ends by itself, is proven by the agent’s own word, and is set right', async () => {
    const fault = skewClock(NODE, -3_000, context());
    const asked = () => JSON.parse(readFileSync(clockShiftFile(data), 'utf8')) as unknown;
    await fault.inject();
    assert.deepEqual(asked(), { version: 1, shiftMs: -3_000, untilMs: NOW_MS + 60_000 });
    agentMs = NOW_MS + 3_000;
    assert.equal(await fault.bit(), null);
    agentMs = NOW_MS - 2_990;
    assert.equal(await fault.bit(), "its agent's clock is 2990 ms behind");
    assert.deepEqual(await applyUndo(dir, fault.undo), []);
    assert.deepEqual(asked(), { version: 1, shiftMs: 0, untilMs: 0 });
  });

  test('a disk that holds other things, too, is not filled', async () => {
    const fault = fillDisk(NODE, context());
    await assert.rejects(fault.inject(), { code: 'CONFLICT', hint: /file system of its own/ });
    assert.deepEqual(
      readdirSync(data).filter((name) => name.startsWith('drill-fill-')),
      [],
    );
  });

  test('what fills a disk is taken away, and by the agent when its time is over', async () => {
    const files = [`drill-fill-${NOW_MS - 1}-0`, `drill-fill-${NOW_MS + 1}-0`, 'other'];
    for (const name of files) writeFileSync(join(data, name), 'x');
    const left = () => readdirSync(data).filter((name) => files.includes(name));
    await removeFill(data, NOW_MS);
    assert.deepEqual(left(), [files[1], 'other']);
    assert.deepEqual(await applyUndo(dir, [{ kind: 'free-disk', node: NODE }]), []);
    assert.deepEqual(left(), ['other']);
  });
});
