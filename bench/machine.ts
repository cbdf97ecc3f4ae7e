import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the figures were measured on: machine and versions. */
export async function describeMachine(root: string): Promise<Record<string, string>> {
  const hls = JSON.parse(await readFile(join(root, 'node_modules/hls.js/package.json'), 'utf8')) as {
    version: string;
  };
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    load: `${loadavg()[0]!.toFixed(1)} before the start`,
    kernel: `${release()} ${arch()}`,
    node: process.version,
    nginx: await version('nginx', ['-v'], /nginx\/(\S+)/),
    ffmpeg: await version('ffmpeg', ['-version'], /version (\S+)/),
    redis: await version('redis-server', ['--version'], /v=(\S+)/),
    chromium: await version('chromium', ['--version', '--no-sandbox'], /Chromium (\S+)/),
    'hls.js': hls.version,
  };
}

async function version(command: string, words: readonly string[], pattern: RegExp): Promise<string> {
  const output = await run(command, words).catch(() => ({ stdout: '', stderr: '' }));
  return pattern.exec(output.stdout + output.stderr)?.[1] ?? 'not found';
}
