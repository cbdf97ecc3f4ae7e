import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../../../src/lib/nodes/node-config.ts';
import { type Listener, parseFacts } from '../../../../src/lib/provision/remote/facts-script.ts';
import { refuseTakenPorts } from '../../../../src/lib/provision/remote/find-taken-ports.ts';
import { DEFAULT_PORTS } from '../../../../src/lib/spec/defaults.ts';

const node: Peer = {
  name: 'us-1',
  region: 'us',
  address: '10.34.1.1',
  roles: ['edge'],
  ports: DEFAULT_PORTS,
  weight: 1,
};
const place = { node, peers: [node], clusterDir: '/var/lib/streamctl/charity', meshPort: 51820 };

/** As the facts script says it: `tcp *:8080 812 streamctl-x-agent command`, with - for no unit and 0 for nobody. */
function listener(text: string): Listener {
  const [kind, place, pid, unit, ...command] = text.split(' ');
  const who = pid === '0' ? '' : `users:(("${command.join(' ')}",pid=${pid},fd=6),("other",pid=1,fd=6))`;
  const lines = [
    `listens=${kind}   LISTEN 0      511    ${place}   *:*  ${who}`,
    `unit=/proc/${pid}/cgroup:${unit}.service`,
  ];
  return parseFacts((unit === '-' ? lines.slice(0, 1) : lines).join('\n')).listeners[0]!;
}
const refuse = (line: string, nodes: readonly string[] = []) =>
  refuseTakenPorts({ listeners: [listener(line)], nodes }, place);

for (const [line, says] of [
  ['tcp *:8080 812 - Web Server', /us-1: check ports: \*:8080, which nginx-edge needs, is in use/],
  ['tcp 127.0.0.1:8080 812 - nginx', /nginx-edge needs/],
  ['tcp 0.0.0.0:8082 812 - python3', /agent needs/],
  ['tcp 10.34.1.1:8082 812 streamctl-other-agent MainThread', /agent needs/],
  ['udp 0.0.0.0:51820 0 - ', /mesh needs/],
] as const) {
  test(`a port that is taken is refused, with who has it: ${line}`, () => {
    assert.throws(
      () => refuse(line),
      (error: {
        code: string;
        message: string;
        hint: string;
        details: { facts: Record<string, string> };
      }) => {
        assert.equal(error.code, 'PORT_IN_USE');
        assert.match(error.message, says);
        assert.match(error.hint, /set (ports\.(http|agent) of node us-1|mesh\.port) in the spec/);
        return (error.details.facts['held by'] ?? '') !== '';
      },
    );
  });
}

for (const [line, nodes] of [
  ['tcp 10.34.1.1:8082 812 streamctl-charity-agent MainThread', []],
  ['tcp 192.0.2.1:8082 812 - python3', []],
  ['tcp [::]:8080 812 - nginx', []],
  ['udp 0.0.0.0:8080 812 - dnsmasq', []],
  ['udp 0.0.0.0:51820 77 streamctl-charity-mesh wireguard-go', []],
  ['udp 0.0.0.0:51820 0 - ', ['us-1']],
] as const) {
  test(`what is the cluster's own, or elsewhere, is no port that is taken: ${line}`, () => {
    assert.doesNotThrow(() => refuse(line, nodes));
  });
}

test('a command with spaces in its name is told whole', () => {
  assert.equal(listener('tcp *:8080 812 - Web Server').command, 'Web Server');
});
