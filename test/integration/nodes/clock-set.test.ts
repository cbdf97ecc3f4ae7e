/** Daemons as processes on a machine whose clock is set while they run. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { ROOT } from '../../support/cli.ts';
import { nodeConfig, peer, temporaryDir } from '../../support/origin-node.ts';

const LADDER = [{ name: '180p', width: 320, height: 180, videoKbps: 300 }];
/** Runs before the program: the machine's clock is a minute back after two seconds. */
const SET_BACK = `data:text/javascript,
  const now = Date.now;
  let setMs = 0;
  setTimeout(() => { setMs = -60000; }, 2000).unref();
  Date.now = () => now() + setMs;`;

describe('a machine whose clock is set', { concurrency: 3 }, () => {
  for (const [index, daemon] of ['contribution', 'origin', 'pipeline'].entries()) {
    test(`${daemon} ends by itself, and says why`, { timeout: 30_000 }, async (t) => {
      const dir = await temporaryDir(t);
      const node = peer('us-1', `127.206.31.${index + 1}`, ['ingest', 'origin']);
      const config = nodeConfig(node, [node], dir);
      const file = join(dir, 'node.json');
      await mkdir(config.dirs.data, { recursive: true });
      await writeFile(file, JSON.stringify({ ...config, defaults: { ...config.defaults, ladder: LADDER } }));
      const words = [
        'daemon',
        daemon,
        '--config',
        file,
        ...(daemon === 'pipeline' ? ['--stream', 'demo'] : []),
      ];
      const argv = ['--import', SET_BACK, join(ROOT, 'src/main.ts'), ...words];
      const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      t.after(() => child.kill('SIGKILL'));
      const [said, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      assert.match(said, /the machine's clock was set back by 60\.\d s: this process starts anew/);
      assert.equal(status, 4);
    });
  }
});
