import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { EXIT } from '../../src/lib/base/errors.ts';
import { faultOf, loadCommands } from './command-list.ts';
import { fileAt } from './repository-files.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

const { jobs } = parse(fileAt('templates/ci/github-actions.yaml').text) as Workflow;
const scripts = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
const typed = scripts.flatMap((script) =>
  [...script.matchAll(/(?:^|; )\s*(streamctl [^|;\n]+)/gm)].map((match) => match[1]!.trim()),
);

test('every command of the CI example exists, flags and all', async () => {
  const commands = await loadCommands();
  const faults = typed.flatMap((line) => faultOf(line.replaceAll('"', ''), commands) ?? []);
  assert.deepEqual(faults, []);
});

test('the CI example plans, does what was planned, and drills', () => {
  for (const start of ['streamctl plan --out', 'streamctl up --plan', 'streamctl drill fail-region eu']) {
    assert.ok(
      typed.some((line) => line.startsWith(start)),
      `${start} in:\n${typed.join('\n')}`,
    );
  }
});

test('every exit status that the CI example reads is one', () => {
  const statuses = scripts.flatMap((script) =>
    [...script.matchAll(/^\s*(\d+)\)/gm)].map((match) => Number(match[1])),
  );
  assert.ok(statuses.length >= 8, String(statuses));
  const known: readonly number[] = Object.values(EXIT);
  assert.deepEqual(
    statuses.filter((status) => !known.includes(status)),
    [],
  );
});
