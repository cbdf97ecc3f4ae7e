import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import type { Finding } from '../../../src/lib/provision/checks/check.ts';
import { mend } from '../../../src/lib/provision/doctor.ts';

test('mend() goes on when one thing cannot be mended, says why, and looks again', async () => {
  const mended: string[] = [];
  const said: string[] = [];
  const finding = (check: string, fix: Finding['fix']): Finding => {
    return { check, state: mended.includes(check) ? 'ok' : 'fault', text: 'broken', remedy: null, fix };
  };
  const fails = async (): Promise<void> => {
    throw new StreamctlError('PACKAGE_MISSING', 'eu-1: install ffmpeg: apt-get ended with 100', {
      details: { facts: { 'last lines': 'Reading…\nE: Unable to locate package ffmpeg' } },
    });
  };
  const examine = async () => [
    finding('eu-1', fails),
    finding('eu-2', async () => void mended.push('eu-2')),
    finding('eu-3', null),
  ];
  const found = await mend(examine, (line) => said.push(line));
  assert.deepEqual(
    found.map(({ state }) => state),
    ['fault', 'ok', 'fault'],
  );
  assert.deepEqual(said, [
    'mending eu-1: broken',
    'could not: eu-1: install ffmpeg: apt-get ended with 100: E: Unable to locate package ffmpeg',
    'mending eu-2: broken',
  ]);
});
