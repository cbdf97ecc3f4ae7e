import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import {
  CLOCK_READY,
  formatFactsScript,
  type Machine,
  parseFacts,
} from '../../../../src/lib/provision/remote/facts-script.ts';
import { judgeMachine } from '../../../../src/lib/provision/remote/judge-machine.ts';
import { isAtLeast } from '../../../../src/lib/provision/remote/machine-packages.ts';

const FINE: Machine = {
  distribution: 'debian',
  release: '12',
  architecture: 'x86_64',
  systemd: true,
  user: 'admin',
  root: false,
  sudo: '',
  sudoPassword: false,
  freeMb: 5000,
  cores: 4,
  packages: { ffmpeg: '7:5.1.9-0+deb12u1', 'redis-server': '5:7.0.15-1~deb12u5', nginx: '1.22.1-9' },
  programs: [],
  versions: {},
  nodes: [],
  listeners: [],
  openFiles: 1_048_576,
  backlog: 4096,
  clockOffsetMs: 3,
  clockErrorMs: 1,
  asRoot: 'sudo -n ',
};
const judge = (machine: Partial<Machine>) =>
  judgeMachine('eu-1', { ...FINE, ...machine }, { architecture: 'x64' });

test('a machine that has all is no fault, and missing packages are none either', () => {
  assert.equal(judge({}), null);
  assert.equal(judge({ packages: {} }), null);
  assert.equal(judge({ distribution: 'ubuntu', release: '24.04' }), null);
});

const FAULTS: readonly (readonly [Partial<Machine>, string, RegExp])[] = [
  [{ release: '11' }, 'MACHINE_UNFIT', /debian 11 is not supported/],
  [{ distribution: 'alpine', release: '3.20' }, 'MACHINE_UNFIT', /alpine 3\.20 is not supported/],
  [{ distribution: 'ubuntu', release: '22.04' }, 'MACHINE_UNFIT', /ubuntu 22\.04 is not supported/],
  [{ systemd: false }, 'MACHINE_UNFIT', /systemd does not run/],
  [{ architecture: 'aarch64' }, 'MACHINE_UNFIT', /processor is aarch64/],
  [{ sudo: 'sudo: a password is required' }, 'ACCESS_DENIED', /sudo asks admin for a password/],
  [
    { sudo: 'sudo: 1 incorrect password attempt', sudoPassword: true },
    'ACCESS_DENIED',
    /sudo does not take the password that was given for admin/,
  ],
  [{ sudo: 'admin is not in the sudoers file.' }, 'ACCESS_DENIED', /admin may not use sudo/],
  [
    { packages: { ffmpeg: '7:4.4.2-0ubuntu0.22.04.1' } },
    'MACHINE_UNFIT',
    /ffmpeg .* is too old; 5\.1 is needed/,
  ],
  [{ freeMb: 12 }, 'MACHINE_UNFIT', /12 MB are free/],
  [{ clockOffsetMs: -2500, clockErrorMs: 10 }, 'MACHINE_UNFIT', /clock is 2\.5 s behind/],
];
for (const [machine, code, says] of FAULTS) {
  test(`refused by name: ${says.source}`, () => {
    const error = judge(machine);
    assert.equal(error?.code, code);
    assert.match(error?.message ?? '', /^eu-1: /);
    assert.match(error?.message ?? '', says);
    assert.ok((error?.hint ?? '').length > 0);
  });
}

test('a clock is only refused when it is off by more than the measuring may be wrong', () => {
  assert.equal(judge({ clockOffsetMs: 600, clockErrorMs: 150 }), null);
  assert.equal(judge({ clockOffsetMs: 700, clockErrorMs: 150 })?.code, 'MACHINE_UNFIT');
});

test('isAtLeast() compares upstream numbers and passes over epochs', () => {
  for (const [version, least, wanted] of [
    ['7:5.1.9-0+deb12u1', '5.1', true],
    ['7:6.1.1-3ubuntu5', '5.1', true],
    ['1.9.0-1', '1.18', false],
    ['5:6.0.16-1', '7.0', false],
    ['2:1.18', '1.18', true],
  ] as const)
    assert.equal(isAtLeast(version, least), wanted, version);
});

test('the script says its facts and then tells the time line by line, on this machine too', () => {
  const text = execFileSync('sh', ['-c', formatFactsScript('/nowhere', ['tar', 'no-such-package'])], {
    input: '\n\n\n',
    encoding: 'utf8',
  });
  const [said, clock] = text.split(`${CLOCK_READY}\n`) as [string, string];
  const facts = parseFacts(said);
  assert.match(facts.distribution, /^[a-z]+$/);
  assert.ok(facts.freeMb > 0 && facts.cores > 0 && facts.openFiles > 0 && facts.backlog > 0);
  assert.deepEqual(Object.keys(facts.packages), ['tar']);
  assert.deepEqual(facts.programs, []);
  const times = clock.trim().split('\n').map(Number);
  assert.equal(times.length, 2);
  assert.ok(Math.abs(times[0]! / 1e6 - Date.now()) < 60_000);
});
