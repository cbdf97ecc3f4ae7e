/** What the script of the mesh's peers tells WireGuard, whose program is a fake that notes it. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { execa } from 'execa';
import { formatMeshConf, formatPeersScript } from '../../../../src/lib/provision/mesh/format-mesh.ts';
import type { MeshPlan } from '../../../../src/lib/provision/mesh/mesh.ts';

const peer = (name: string, publicKey: string, host: string, address: string) => ({
  ...{ name, publicKey, address },
  endpoint: `${host}:51820`,
});
const EU = peer('eu-1', 'EU=', 'eu-1.example.com', '10.9.2.1');
const AP = peer('ap-1', 'AP=', 'gone.invalid', '10.9.3.1');
const PLAN: MeshPlan = {
  ...{ interfaceName: 'sc9-gala', address: '10.9.1.1', network: '10.9.0.0/16' },
  ...{ port: 51820, mtu: 1420, kernel: false, peers: [EU] },
};

/** It takes peers at once or one by one, and finds every host but `gone.invalid`. */
const FAKE_WG = `#!/bin/sh
cd "$STATE"
case "$1 $3" in
  syncconf*) conf=$(cat "$3"); echo sync; case "$conf" in *gone.invalid*) exit 1 ;; esac; echo "$conf" >conf ;;
  set*) echo "$*"; case "$*" in *gone.invalid*) exit 1 ;; esac ;;
  'show peers') sed -n 's/^PublicKey = //p' conf >&3 ;;
  'show endpoints') printf 'EU=\\t10.0.0.2:51820\\nAP=\\t(none)\\n' >&3 ;;
esac 3>&1 >>told
`;
/** Time passes twice. */
const FAKE_SLEEP = '#!/bin/sh\ncd "$STATE"; [ ! -e slept2 ] || exit 1; [ -e slept ] && : >slept2; : >slept\n';

describe('the script of the peers', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'streamctl-peers-'));
    mkdirSync(join(home, 'mesh'));
    for (const [name, text] of [
      ['wg', FAKE_WG],
      ['sleep', FAKE_SLEEP],
    ] as const) {
      writeFileSync(join(home, name), text);
      chmodSync(join(home, name), 0o755);
    }
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Runs it, and returns what WireGuard was told. */
  async function run(plan: MeshPlan, ...words: string[]): Promise<string[]> {
    const script = join(home, 'mesh/peers.sh');
    writeFileSync(join(home, 'mesh/mesh.conf'), formatMeshConf(plan, 'SECRET'));
    writeFileSync(script, formatPeersScript(plan, { clusterDir: home }));
    const env = { STATE: home, PATH: `${home}:${process.env.PATH}` };
    await execa('sh', [script, ...words], { env, reject: false });
    return readFileSync(join(home, 'told'), 'utf8').trim().split('\n');
  }

  test('tells all peers at once where every name is found', async () => {
    assert.deepEqual(await run(PLAN), ['sync']);
  });

  test('tells of a peer whose name is not found all but the way, and of the others that as well', async () => {
    const told = await run({ ...PLAN, peers: [AP, EU] });
    assert.deepEqual(told.slice(0, 2), ['sync', 'sync']);
    assert.deepEqual(told.slice(2).sort(), [
      'set sc9-gala peer AP= endpoint gone.invalid:51820 persistent-keepalive 20',
      'set sc9-gala peer EU= endpoint eu-1.example.com:51820 persistent-keepalive 20',
    ]);
    const conf = readFileSync(join(home, 'conf'), 'utf8');
    assert.match(conf, /PrivateKey = SECRET/);
    assert.match(conf, /PublicKey = AP=\nAllowedIPs = 10\.9\.3\.1\/32/);
  });

  test('asks again, for as long as the mesh is up, for the way to those alone that have none', async () => {
    const again = 'set sc9-gala peer AP= endpoint gone.invalid:51820 persistent-keepalive 20';
    assert.deepEqual(await run({ ...PLAN, peers: [AP, EU] }, 'keep'), [again, again]);
  });
});
