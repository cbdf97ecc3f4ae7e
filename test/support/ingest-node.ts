/** A whole ingest node for one test file: Redis, nginx, contribution daemon, agent; pipelines are only noted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startAgent } from '../../src/lib/agent/main.ts';
import { systemClock } from '../../src/lib/base/clock.ts';
import type { AgentReport } from '../../src/lib/health/report.ts';
import type { NodeConfig } from '../../src/lib/nodes/node-config.ts';
import { connectStore, keepStoreConnected, type Store } from '../../src/lib/store/store.ts';
import { FakeServices } from './fake-services.ts';
import { freePort } from './free-port.ts';
import { accepts, type NginxIngest, startNginxIngest } from './nginx-ingest.ts';
import { nodeConfig } from './node-config.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { until } from './until.ts';

export interface IngestNode {
  readonly config: NodeConfig;
  readonly redis: RedisServer;
  readonly store: Store;
  readonly nginx: NginxIngest;
  /** What the agent has made of pipelines. */
  readonly pipelines: FakeServices;
  /** Everything that agent and contribution daemon have logged. */
  log(): string;
  status(): Promise<AgentReport>;
  /** Ends the agent without a goodbye to anybody and starts another. */
  restartAgent(): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on one address and resolves when the agent sees the store. */
export async function startIngestNode(address: string): Promise<IngestNode> {
  const dir = await mkdtemp(join(tmpdir(), 'sc-ingest-'));
  const redis = await startRedis(address);
  const ports = {
    redis: redis.options.port,
    rtmp: await freePort(address),
    agent: await freePort(address),
    contribution: await freePort(address),
    origin: await freePort(address),
  };
  const config = {
    ...nodeConfig({ address, dir, ports }),
    files: {
      ...nodeConfig({ address, dir, ports }).files,
      redisPassword: redis.options.passwordFile,
      keySecret: redis.options.keySecretFile,
    },
  };
  await writeFile(join(dir, 'node.json'), JSON.stringify(config));
  let text = '';
  const daemon = new URL('./run-contribution.ts', import.meta.url).pathname;
  const contribution = spawn(process.execPath, [daemon, join(dir, 'node.json')]);
  for (const output of [contribution.stdout, contribution.stderr]) {
    output.on('data', (chunk: Buffer) => (text += chunk));
  }
  await until(() => accepts(address, ports.contribution), 'the contribution daemon');
  const nginx = await startNginxIngest({
    address,
    rtmpPort: ports.rtmp,
    agentPort: ports.agent,
    contributionPort: ports.contribution,
  });
  const log = pino({ level: 'trace' }, { write: (line: string) => (text += line) });
  const pipelines = new FakeServices();
  const agentStore = await keepStoreConnected(redis.options);
  const start = () =>
    startAgent({
      config,
      store: agentStore,
      nodeServices: new FakeServices(),
      ownServices: pipelines,
      clock: systemClock,
      log,
    });
  let agent = await start();
  const status = async () =>
    (await (await fetch(`http://${address}:${ports.agent}/v1/status`)).json()) as AgentReport;
  await until(async () => (await status()).store === 'up', 'the agent to see the store');
  const store = await connectStore(redis.options);
  return {
    config,
    redis,
    store,
    nginx,
    pipelines,
    log: () => text,
    status,
    restartAgent: async () => {
      await agent.close();
      agent = await start();
    },
    close: async () => {
      store.close();
      await agent.close();
      agentStore.close();
      await nginx.close();
      contribution.kill('SIGKILL');
      await once(contribution, 'close');
      await redis.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
