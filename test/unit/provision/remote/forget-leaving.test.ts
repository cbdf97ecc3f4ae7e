import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { Changes } from '../../../../src/lib/provision/changes.ts';
import type { UpContext } from '../../../../src/lib/provision/context.ts';
import type { MeshRequest } from '../../../../src/lib/provision/hands/protocol.ts';
import { createRemoteDriver } from '../../../../src/lib/provision/remote/remote-driver.ts';
import { DEFAULT_PORTS } from '../../../../src/lib/spec/defaults.ts';
import { startFakeMachines } from '../../../support/fake-ssh.ts';

/** Machines that are fit, and hands that note each request; each has the same key, and knows that of ap-1. */
const MACHINES = {
  facts: `printf 'distribution=debian\\nrelease=12\\narchitecture=%s\\nsystemd=yes\\nroot=yes\\nfreeKb=9000000\\n' "$(uname -m)"
    printf 'program=abc\\nnode=none\\nclock=ready\\n'`,
  answer: `case $line in
        *'"action":"meshFacts"'*) gives='{"publicKey":"KEY","kernel":true,"mtu":1500,"networks":[],"known":{"ap-1":"AP"}}' ;;
        *'"action":"meshWait"'*) gives='[]' ;;
        *) gives=null ;;
      esac
      echo "{\\"changes\\":[],\\"gives\\":$gives,\\"failure\\":null}"`,
};

const peer = (name: string, address: string): Peer => ({
  ...{ name, address, host: name, region: name.slice(0, 2), roles: ['origin'] },
  ...{ ports: DEFAULT_PORTS, weight: 1 },
});
const [us, eu, ap] = [peer('us-1', '10.9.1.1'), peer('eu-1', '10.9.2.1'), peer('ap-1', '10.9.3.1')];
const REPORT = { doing: () => undefined, happened: () => undefined };
const MESH = { block: '10.9', port: 51820 };
const SETTINGS = { parallel: 1, connectTimeoutSec: 1 };

for (const [stays, known] of [
  [[us, eu], { 'us-1': ['eu-1'], 'eu-1': ['us-1'] }],
  [[us, eu, ap], {}],
] as const) {
  const what =
    stays.length === 2 ? 'forgets an origin that has left' : 'keeps an origin that is still needed';
  test(`the mesh ${what}`, async (t) => {
    const ssh = startFakeMachines(MACHINES);
    t.after(() => ssh.close());
    const driver = createRemoteDriver({ cluster: 'gala', ssh: SETTINGS, mesh: MESH });
    t.after(() => driver.close());
    const context = {
      spec: { cluster: 'gala', nodes: [us, eu], regions: ['us', 'eu'], mesh: MESH, ssh: SETTINGS },
      changes: new Changes('apply'),
      signal: new AbortController().signal,
      program: { digest: 'abc', entry: '/p/main.js', nodeBinary: '/p/node', missing: [] },
      leaving: [ap],
      former: [ap],
      without: [],
      nodes: stays.map((node) => ({ node })),
    } as unknown as UpContext;
    await driver.programs({ ...context, spec: { ...context.spec, nodes: [us, eu, ap] } });
    await driver.tidy(context, REPORT);
    const lines = readFileSync(join(ssh.dir, 'bin/requests'), 'utf8').match(/^\{.*$/gm)!;
    const requests = lines.map((line) => JSON.parse(line) as { action: string; takes: MeshRequest });
    const told = requests
      .filter(({ action }) => action === 'mesh')
      .map(({ takes }) => [takes.node, takes.plan.peers.map(({ name }) => name)]);
    assert.deepEqual(Object.fromEntries(told), known);
  });
}
