/** A machine of a lab as a test uses it: commands over ssh, a program put there, and calls to a program that runs there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { execa } from 'execa';
import { ROOT } from './cli.ts';

/** Node needs it for what CommonJS packages require. */
const BANNER = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;
const FOLDER = '/opt/streamctl-test';

export interface LabMachineRun {
  /** Null when ssh got no answer in time. */
  readonly status: number | null;
  readonly stdout: string;
}

/** Runs a command as root. */
export async function runInMachine(
  sshConfig: string,
  machine: string,
  command: string,
): Promise<LabMachineRun> {
  const args = ['-F', sshConfig, '-o', 'ConnectTimeout=3', `root@${machine}`, command];
  const { exitCode, stdout } = await execa('ssh', args, { reject: false, stdin: 'ignore', timeout: 20_000 });
  return { status: exitCode ?? null, stdout };
}

/** Puts this Node and a module of `test/support`, bundled, onto a machine; returns the command that runs it. */
export async function putModule(sshConfig: string, machine: string, module: string): Promise<string> {
  const put = (name: string, input: { input: Uint8Array } | { inputFile: string }) => {
    const path = `${FOLDER}/${name}`;
    const command = `mkdir -p ${FOLDER} && cat >${path} && chmod 755 ${path}`;
    return execa('ssh', ['-F', sshConfig, `root@${machine}`, command], input);
  };
  const built = await build({
    entryPoints: [`${ROOT}/test/support/${module}`],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    banner: { js: BANNER },
  });
  await put('node', { inputFile: process.execPath });
  await put('module.mjs', { input: built.outputFiles[0]!.contents });
  return `${FOLDER}/node ${FOLDER}/module.mjs`;
}

export interface Caller {
  /** Sends a line and resolves with the next line that comes back; one call at a time. */
  ask(line: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a command as root that answers each line of its input with one of its own. */
export function startCaller(sshConfig: string, machine: string, command: string): Caller {
  const child = spawn('ssh', ['-F', sshConfig, `root@${machine}`, command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      const answer = await lines.next();
      if (answer.done === true) throw new Error(`${command} on ${machine} ended`);
      return answer.value;
    },
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
