/** The script that makes the interface of the mesh, in a network namespace of its own; the packet filter is a fake. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { formatLinkScript } from '../../../src/lib/provision/mesh/format-mesh.ts';

const NAME = 'sc9-gala';
const home = mkdtempSync(join(tmpdir(), 'streamctl-link-'));
const script = join(home, 'link.sh');
const skip = process.getuid?.() === 0 ? false : 'needs root: namespaces';

/** Runs the script after `before`; tells the interface's number before, and number and kind after. */
async function runAfter(before: string): Promise<{ was: string; is: string; kind: string }> {
  const shell = `
mount -t sysfs sysfs /sys
${before}
number() { cat /sys/class/net/${NAME}/ifindex; }
number
sh ${script}
number
ip -details link show dev ${NAME} | grep -o 'tun type tun\\|bridge'
`;
  const env = { PATH: `${home}:${process.env.PATH}` };
  const { stdout } = await execa('unshare', ['--net', '--mount', 'sh', '-ec', shell], { env });
  const [was, is, kind] = stdout.split('\n') as [string, string, string];
  return { was, is, kind };
}

describe('the interface of the mesh', { skip }, () => {
  after(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, 'nft'), '#!/bin/sh\ncat >/dev/null\n');
  chmodSync(join(home, 'nft'), 0o755);
  const place = { interfaceName: NAME, address: '10.9.1.1', network: '10.9.0.0/16', port: 51820, mtu: 1420 };
  writeFileSync(script, formatLinkScript({ ...place, kernel: false, peers: [] }, 'streamctl-gala'));

  test('stays when it is there, so that no connection is lost', async () => {
    const { was, is } = await runAfter(`ip tuntap add dev ${NAME} mode tun`);
    assert.equal(is, was);
  });

  test('is made anew when it is of another kind', async () => {
    const { was, is, kind } = await runAfter(`ip link add ${NAME} type bridge`);
    assert.notEqual(is, was);
    assert.equal(kind, 'tun type tun');
  });
});
