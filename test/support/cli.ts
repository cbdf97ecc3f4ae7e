/** Runs the built program as a user does. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

export const ROOT = join(import.meta.dirname, '../..');

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; throws when it is none. */
  json<T = Record<string, unknown>>(): T;
}

export interface CliPlace {
  readonly cwd: string;
  readonly home: string;
}

/** Starts bin/streamctl; the caller may signal it, and with `pipe` write to it. */
export function startCli(
  args: readonly string[],
  { cwd, home }: CliPlace,
  stdin: 'ignore' | 'pipe' = 'ignore',
) {
  const env = { ...process.env, STREAMCTL_HOME: home, NO_COLOR: '1' };
  type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;
  const child = spawn(join(ROOT, 'bin/streamctl'), args, {
    cwd,
    env,
    stdio: [stdin, 'pipe', 'pipe'],
  }) as Child;
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const done = new Promise<CliRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      resolve({ status, stdout, stderr, json: () => JSON.parse(stdout) });
    });
  });
  return { child, done };
}

/** Runs bin/streamctl to its end. */
export async function runCli(args: readonly string[], place: CliPlace): Promise<CliRun> {
  return await startCli(args, place).done;
}
