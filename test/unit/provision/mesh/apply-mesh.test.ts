import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { StreamctlError } from '../../../../src/lib/base/errors.ts';
import { Changes } from '../../../../src/lib/provision/changes.ts';
import { applyMesh } from '../../../../src/lib/provision/mesh/apply-mesh.ts';
import type { MeshPlan } from '../../../../src/lib/provision/mesh/mesh.ts';
import type { MeshHost } from '../../../../src/lib/provision/mesh/mesh-host.ts';

const AP = { name: 'ap-1', publicKey: 'AP', endpoint: 'ap-1.example.com:51820', address: '10.9.3.1' };
const PLAN: MeshPlan = {
  interfaceName: 'sc9-gala',
  address: '10.9.1.1',
  network: '10.9.0.0/16',
  port: 51820,
  mtu: 1420,
  kernel: false,
  peers: [],
};

/** A machine whose systemd does what it is told, unless `refuses` has the word. */
class FakeHost implements MeshHost {
  readonly unitFolder: string;
  readonly told: string[] = [];
  readonly refuses = new Set<string>();
  active = 'inactive';

  constructor(unitFolder: string) {
    this.unitFolder = unitFolder;
  }

  async systemctl(what: string, [word]: readonly string[]): Promise<string> {
    this.told.push(word!);
    if (this.refuses.has(word!)) throw new StreamctlError('ENVIRONMENT', `${what}: systemctl ended with 1`);
    if (word === 'start' || word === 'restart') this.active = 'active';
    if (word === 'stop') this.active = 'inactive';
    return '';
  }

  async showUnit() {
    return { active: this.active, pid: null, isOutdated: false };
  }

  async enableUnit(): Promise<void> {}

  async deleteLink(name: string): Promise<void> {
    this.told.push(`delete ${name}`);
    if (this.refuses.has('delete')) throw new Error('killed');
  }
}

describe('applyMesh()', () => {
  let home: string;
  let host: FakeHost;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'streamctl-mesh-'));
    host = new FakeHost(join(home, 'units'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Applies a plan, and returns what systemd was told. */
  async function apply(plan: MeshPlan): Promise<string[]> {
    const wish = { clusterDir: join(home, 'gala'), node: 'us-1', plan };
    host.told.length = 0;
    await applyMesh(wish, new Changes('apply'), host);
    return [...host.told];
  }

  test('starts a mesh once, reads its peers again when these differ, and starts it anew for another kind', async () => {
    assert.deepEqual(await apply(PLAN), ['daemon-reload', 'start']);
    assert.deepEqual(await apply(PLAN), []);
    assert.deepEqual(await apply({ ...PLAN, peers: [AP] }), ['reload']);
    assert.deepEqual(await apply({ ...PLAN, kernel: true, peers: [AP] }), ['daemon-reload', 'restart']);
  });

  test('throws when a running mesh cannot read its peers again, and has it try the next time', async () => {
    await apply(PLAN);
    const more = { ...PLAN, peers: [AP] };
    host.refuses.add('reload');
    await assert.rejects(apply(more), /reload the mesh/);
    host.refuses.clear();
    assert.deepEqual(await apply(more), ['reload']);
    assert.deepEqual(await apply(more), []);
  });

  test('has it read again what was changed and changed back, as it may have read either', async () => {
    await apply(PLAN);
    host.refuses.add('reload');
    await assert.rejects(apply({ ...PLAN, peers: [AP] }), /reload the mesh/);
    host.refuses.clear();
    assert.deepEqual(await apply(PLAN), ['reload']);
    assert.deepEqual(await apply(PLAN), []);
  });

  test('has systemd read a unit again that an earlier run wrote and did not come to start', async () => {
    await apply(PLAN);
    const other = { ...PLAN, kernel: true };
    host.refuses.add('daemon-reload');
    await assert.rejects(apply(other), /read unit files/);
    host.refuses.clear();
    assert.deepEqual(await apply(other), ['daemon-reload', 'restart']);
  });

  test('deletes the interface of another block before there is a new one, also when it is killed over it', async () => {
    await apply(PLAN);
    const moved = { ...PLAN, interfaceName: 'sc8-gala', address: '10.8.1.1', network: '10.8.0.0/16' };
    host.refuses.add('delete');
    await assert.rejects(apply(moved), /killed/);
    assert.deepEqual(host.told, ['stop', 'delete sc9-gala']);
    host.refuses.clear();
    assert.deepEqual(await apply(moved), ['delete sc9-gala', 'daemon-reload', 'start']);
    assert.deepEqual(await apply(moved), []);
  });

  test('is content when systemd itself starts a mesh again that ended while it started', async () => {
    host.refuses.add('start');
    setTimeout(() => {
      host.active = 'active';
    }, 50);
    assert.deepEqual(await apply(PLAN), ['daemon-reload', 'start']);
    assert.deepEqual(await apply(PLAN), []);
  });
});
