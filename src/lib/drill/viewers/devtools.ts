/** A headless Chromium of our own and its DevTools protocol: open a page, run a line of script in it. Nothing more. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless=new',
  '--remote-debugging-port=0',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--mute-audio',
];
const START_MS = 20_000;
const ANSWER_MS = 10_000;

interface Reply {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page in a browser. */
export interface BrowserPage {
  /** Runs an expression and returns its value, which must be JSON. */
  evaluate<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}

/** Finds Chromium in the folders of a PATH. Throws PACKAGE_MISSING. */
export async function findChromium(path: string): Promise<string> {
  for (const name of NAMES) {
    for (const folder of path.split(':')) {
      const file = join(folder, name);
      const found = await access(file).then(
        () => true,
        () => false,
      );
      if (found) return file;
    }
  }
  throw new StreamctlError('PACKAGE_MISSING', 'Chromium is not installed', {
    hint: 'Install it with `sudo apt-get install chromium`, or leave --browser out.',
  });
}

/** Opens a page; `script` runs in it before its own. Throws ENVIRONMENT when the browser does not start. */
export async function openPage(chromium: string, url: string, script: string): Promise<BrowserPage> {
  const profile = await mkdtemp(join(tmpdir(), 'streamctl-browser-'));
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const argv = [...FLAGS, ...asRoot, `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(chromium, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  const close = async (): Promise<void> => {
    await endChild(child);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const wire = new Wire(await connect(await readAddress(child)));
    const { targetId } = await wire.ask('Target.createTarget', { url: 'about:blank' });
    const attached = await wire.ask('Target.attachToTarget', { targetId, flatten: true });
    const session = attached.sessionId as string;
    await wire.ask('Page.enable', {}, session);
    await wire.ask('Page.addScriptToEvaluateOnNewDocument', { source: script }, session);
    await wire.ask('Page.navigate', { url }, session);
    return {
      evaluate: async <T>(expression: string) => {
        const asked = { expression, returnByValue: true };
        const { result } = await wire.ask('Runtime.evaluate', asked, session);
        return (result as { value: T }).value;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address that Chromium prints when it listens. */
async function readAddress(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  const fail = (why: string): void =>
    reject(new StreamctlError('ENVIRONMENT', `start Chromium: ${why}: ${said.trim().slice(-300)}`));
  const timer = setTimeout(() => fail(`it did not listen within ${START_MS / 1000} s`), START_MS);
  child.once('error', (error) => fail(error.message));
  child.once('exit', () => fail('it ended'));
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-10_000);
    const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
    if (address !== undefined) resolve(address);
  });
  return await promise.finally(() => clearTimeout(timer));
}

async function connect(address: string): Promise<WebSocket> {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error('cannot talk to Chromium')), { once: true });
  });
  return socket;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await ended;
}

/** Questions and answers, told apart by their number. */
class Wire {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #count = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  async ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    this.#count += 1;
    const id = this.#count;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const timer = setTimeout(() => reject(new Error(`Chromium did not answer ${method}`)), ANSWER_MS);
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    try {
      const { result, error } = await promise;
      if (error !== undefined) throw new Error(`Chromium, ${method}: ${error.message}`);
      return result ?? {};
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}
