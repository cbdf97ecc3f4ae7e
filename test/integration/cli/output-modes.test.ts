import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Command } from '@oclif/core/command';
import { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';
import { ROOT, runCli, startCli } from '../../support/cli.ts';
import { smallSpec } from '../../support/cluster-folder.ts';

interface ErrorJson {
  readonly version: number;
  readonly error: { code: string; message: string; hint: string | null; details: unknown };
}

describe('the command line in both output modes', () => {
  let cwd = '';
  const place = () => ({ cwd, home: join(cwd, 'home') });
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'streamctl-cli-'));
  });
  after(async () => await rm(cwd, { recursive: true }));

  const failures = [
    ['an unknown command', ['statsu'], 2, 'USAGE', /did you mean streamctl status/i],
    ['an unknown command of a topic', ['stream', 'lst'], 2, 'USAGE', /did you mean streamctl stream list/i],
    ['an unknown flag', ['up', '--wiat'], 2, 'USAGE', /did you mean --wait/i],
    ['an argument too many', ['up', 'now'], 2, 'USAGE', /--help/],
    ['a flag without its value', ['up', '--spec'], 2, 'USAGE', /--help/],
    ['a spec that is not there', ['up', '--spec', 'none.yaml'], 9, 'NOT_FOUND', /streamctl init/],
    ['a cluster that is not there', ['down', '--cluster', 'none'], 9, 'NOT_FOUND', /home/],
    ['a cluster that does not run', ['logs', '--cluster', 'none'], 5, 'NOT_RUNNING', /streamctl up/],
  ] as const;

  for (const [what, args, status, code, hint] of failures) {
    test(`${what} ends with ${status}: words on standard error, or one JSON document`, async () => {
      const text = await runCli(args, place());
      assert.equal(text.status, status);
      assert.equal(text.stdout, '');
      assert.match(text.stderr, /^ {2}✖ /);
      assert.match(text.stderr, hint);
      assert.doesNotMatch(text.stderr, /at .*:\d+:\d+/);
      const json = await runCli([...args.slice(0, 1), '--json', ...args.slice(1)], place());
      const whole =
        args.length > 1 && args[0] === 'stream' ? await runCli([...args, '--json'], place()) : json;
      assert.equal(whole.status, status, whole.stdout);
      const { version, error } = whole.json<ErrorJson>();
      assert.deepEqual(
        [version, error.code, Object.keys(error)],
        [1, code, ['code', 'message', 'hint', 'details']],
      );
      assert.match(error.hint ?? '', hint);
      assert.equal(whole.stderr, '');
    });
  }

  test('a failing command gives a slow reader of a pipe all of its JSON', async () => {
    const faults = Array.from({ length: 3000 }, (_, index) => `wrong${index}: 1`).join('\n');
    await writeFile(join(cwd, 'faulty.yaml'), faults);
    const script = `"$0" up --spec faulty.yaml --json | (sleep 1; cat)`;
    const env = { ...process.env, STREAMCTL_HOME: join(cwd, 'home') };
    const child = spawn('sh', ['-c', script, join(ROOT, 'bin/streamctl')], { cwd, env });
    let stdout = '';
    for await (const chunk of child.stdout) stdout += chunk;
    const { error } = JSON.parse(stdout) as { error: { details: { diagnostics: unknown[] } } };
    assert.ok(stdout.length > 200_000);
    assert.ok(error.details.diagnostics.length >= 3000);
  });

  test('a reader that goes away is no failure of ours', () => {
    const script = '"$0" --help | head -n 1';
    const { stdout, stderr } = spawnSync('sh', ['-c', script, join(ROOT, 'bin/streamctl')], {
      encoding: 'utf8',
    });
    assert.match(stdout, /live streaming/);
    assert.equal(stderr, '');
  });

  test('spec validate prints every diagnostic, with status 3', async () => {
    const text = smallSpec('valid', '127.216').replace('region: a, roles: [edge]', 'region: b, rols: [edge]');
    await writeFile(join(cwd, 'two.yaml'), text);
    const run = await runCli(['spec', 'validate', '--spec', 'two.yaml', '--json'], place());
    assert.equal(run.status, 3);
    const { diagnostics } = run.json<{ diagnostics: { path: string; line: number; file: string }[] }>();
    assert.deepEqual(
      diagnostics.map(({ file, line, path }) => [file, line, path]),
      [
        ['two.yaml', 4, 'regions.0'],
        ['two.yaml', 7, 'nodes.1.region'],
        ['two.yaml', 7, 'nodes.1.rols'],
      ],
    );
  });

  test('init writes a spec that is valid, and overwrites nothing', async () => {
    const args = ['init', '--yes', '--name', 'charity', '--region', 'us', '--region', 'eu', '--region', 'ap'];
    assert.equal((await runCli(args, place())).status, 0);
    assert.equal((await runCli(['spec', 'validate'], place())).status, 0);
    const again = await runCli([...args, '--json'], place());
    assert.deepEqual([again.status, again.json<ErrorJson>().error.code], [8, 'CONFLICT']);
  });

  test('SIGINT ends a command that waits, with 130', async () => {
    await runCli(['init', '--yes', '--spec', 'wait.yaml', '--name', 'waits', '--region', 'a'], place());
    const { takeLock } = await import('../../../src/lib/provision/lock.ts');
    const giveBack = await takeLock({ file: join(cwd, 'home/waits/lock'), command: 'a test', waitMs: 0 });
    const { child, done } = startCli(['up', '--spec', 'wait.yaml', '--wait'], place());
    await new Promise((resolve) => child.stderr.once('data', resolve));
    child.kill('SIGINT');
    const { status, stderr } = await done;
    await giveBack();
    assert.equal(status, 130);
    assert.match(stderr, /waiting for a test/);
  });

  test('the launcher works through links from elsewhere', async () => {
    await symlink(join(ROOT, 'bin/streamctl'), join(cwd, 'first'));
    await symlink('first', join(cwd, 'second'));
    const { stdout, status } = spawnSync(join(cwd, 'second'), ['--version'], { encoding: 'utf8', cwd: '/' });
    assert.equal(status, 0);
    assert.match(stdout, /^streamctl\/\d+\.\d+\.\d+\n$/);
  });

  test('every command has help with an example that names a command', async () => {
    const { stdout } = await runCli(['completion', 'fish'], place());
    const commands = stdout
      .split('\n')
      .filter((line) => / -a /.test(line))
      .map((line) => [
        ...[...line.matchAll(/__fish_seen_subcommand_from (\w+)/g)].map(([, word]) => word!),
        / -a (\S+)/.exec(line)![1]!,
      ]);
    assert.ok(commands.length >= 12);
    const texts = await helpTexts();
    for (const words of commands) {
      const text = texts.get(words.join(':')) ?? '';
      assert.match(text, /USAGE[\s\S]*DESCRIPTION[\s\S]*EXAMPLES?[\s\S]*streamctl/, words.join(' '));
    }
    for (const words of [['up'], ['ring', 'add-node']]) {
      const help = await runCli([...words, '--help'], place());
      assert.equal(help.status, 0);
      assert.ok(help.stdout.includes(texts.get(words.join(':'))!.trim()), help.stdout);
    }
  });
});

/** The help of every command by its id, as the command line shows it, but in this process: to start one takes longer. */
async function helpTexts(): Promise<Map<string, string>> {
  const config = await Config.load({ root: ROOT });
  class Texts extends Help {
    of(command: Command.Loadable): string {
      return this.formatCommand(command);
    }
  }
  const help = new Texts(config, { maxWidth: 100, stripAnsi: true });
  return new Map(config.commands.map((command) => [command.id, help.of(command)]));
}
