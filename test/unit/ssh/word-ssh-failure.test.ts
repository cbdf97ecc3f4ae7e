import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFingerprint, wordSshFailure } from '../../../src/lib/ssh/word-ssh-failure.ts';

const target = {
  node: 'eu-1',
  host: 'eu-1.example.net',
  settings: { user: 'admin', parallel: 4, connectTimeoutSec: 5 },
  sockets: '/tmp/sockets',
};

const CASES = [
  {
    says: 'No ED25519 host key is known for 192.0.2.1 and you have requested strict checking.\r\nHost key verification failed.',
    code: 'HOST_KEY',
    message: /its host key is not known here/,
    hint: /ssh admin@eu-1\.example\.net/,
  },
  {
    says: '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    code: 'HOST_KEY',
    message: /another host key than before/,
    hint: /ssh-keygen -R eu-1\.example\.net/,
  },
  {
    says: 'admin@192.0.2.1: Permission denied (publickey).',
    code: 'ACCESS_DENIED',
    message: /does not let us log in/,
    hint: /ssh-copy-id/,
  },
  {
    says: 'ssh: Could not resolve hostname eu-1.example.net: Name or service not known',
    code: 'UNREACHABLE',
    message: /its name cannot be resolved/,
    hint: /run this again/,
  },
  {
    says: 'ssh: connect to host 192.0.2.1 port 22: Connection refused',
    code: 'UNREACHABLE',
    message: /nothing takes ssh connections/,
    hint: /run this again/,
  },
  {
    says: 'ssh: connect to host 192.0.2.1 port 22: Connection timed out',
    code: 'UNREACHABLE',
    message: /no answer in time/,
    hint: /run this again/,
  },
] as const;

for (const { says, code, message, hint } of CASES) {
  test(`what ssh says is worded with node, step and remedy: ${says.split('\n')[0]}`, () => {
    const error = wordSshFailure(target, { step: 'connect', stderr: says });
    assert.equal(error.code, code);
    assert.match(error.message, /^eu-1: connect: /);
    assert.match(error.message, message);
    assert.match(error.hint ?? '', hint);
  });
}

const HINTS = [
  {
    what: 'an unknown key',
    says: 'Host key verification failed.',
    hint: 'take it with ssh -F "/srv/my lab.conf" -p 2222 admin@eu-1.example.net and',
  },
  {
    what: 'a login that is refused',
    says: 'Permission denied (publickey).',
    hint: 'Make ssh -F "/srv/my lab.conf" -p 2222 admin@eu-1.example.net work',
  },
  {
    what: 'no way there',
    says: 'Connection refused',
    hint: 'that ssh -F "/srv/my lab.conf" -p 2222 admin@eu-1.example.net works',
  },
  {
    what: 'another key, of which ssh says where the former one is',
    says: [
      '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
      'Offending ED25519 key in /srv/known_hosts:3',
      'Host key for [192.0.2.1]:2222 has changed and you have requested strict checking.',
      'Host key verification failed.',
    ].join('\r\n'),
    hint: 'run ssh-keygen -f /srv/known_hosts -R "[192.0.2.1]:2222", then log in once with ssh -F "/srv/my lab.conf" -p 2222 admin@',
  },
  {
    what: 'another key, of which it says nothing',
    says: 'REMOTE HOST IDENTIFICATION HAS CHANGED!',
    hint: 'run ssh-keygen -R "[eu-1.example.net]:2222", then',
  },
];

for (const { what, says, hint } of HINTS) {
  test(`a remedy for ${what} can be typed as it is, with port and configuration`, () => {
    const settings = { ...target.settings, port: 2222, configFile: '/srv/my lab.conf' };
    const error = wordSshFailure({ ...target, settings }, { step: 'connect', stderr: says });
    assert.ok(error.hint?.includes(hint.replaceAll('"', "'")), error.hint);
  });
}

test('the fingerprint that the machine showed is told', () => {
  const shown = findFingerprint('debug1: Server host key: ssh-ed25519 SHA256:abc/def+1\ndebug1: more');
  assert.equal(shown, 'ssh-ed25519 SHA256:abc/def+1');
  const error = wordSshFailure(target, {
    step: 'connect',
    stderr: 'Host key verification failed.',
    fingerprint: shown,
  });
  assert.equal((error.details as { facts: Record<string, string> }).facts['key shown'], shown);
});

test('a time that is over is told with how long it was', () => {
  const error = wordSshFailure(target, { step: 'upload', stderr: '', timedOutSec: 30 });
  assert.match(error.message, /^eu-1: upload: not done within 30 s$/);
});
