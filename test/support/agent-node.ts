/**
 * A node whose agent is real and all else is not: its contribution daemon keeps sessions in memory, its pipelines are
 * units that are only noted, and its origin says what such pipelines would make.
 */

import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { pino } from 'pino';
import { startAgent } from '../../src/lib/agent/main.ts';
import { systemClock } from '../../src/lib/base/clock.ts';
import type { Controller } from '../../src/lib/controller/start-controller.ts';
import type { AgentReport, OriginStreamReport } from '../../src/lib/health/report.ts';
import type { NodeConfig } from '../../src/lib/nodes/node-config.ts';
import { keepStoreConnected, type Store, type StoreOptions } from '../../src/lib/store/store.ts';
import { createOrigin, createStatus, createStreamReport } from './cluster-answers.ts';
import { FakeServices } from './fake-services.ts';

const PREFIX = 'pipeline-';

/** A controller that never acts. */
const IDLE: Controller = { note: () => undefined, status: () => null, close: async () => undefined };

export interface AgentNodeOptions {
  readonly store: StoreOptions;
  /** Whether the agent may become the controller. */
  readonly controlled: boolean;
  /** Whether anybody publishes the stream, on whatever node. */
  readonly isLive: (stream: string) => boolean;
}

export class AgentNode {
  readonly config: NodeConfig;
  readonly services = new FakeServices();
  /** What its origin says of a stream whose pipeline runs here, in place of a well one. */
  spoil: (stream: string, report: OriginStreamReport) => OriginStreamReport = (_stream, report) => report;
  readonly #options: AgentNodeOptions;
  readonly #sessions = new Map<string, Record<string, unknown>>();
  #log = '';
  #servers: Server[] = [];
  #store: Store | null = null;
  #agent: { close(): Promise<void> } | null = null;

  constructor(config: NodeConfig, options: AgentNodeOptions) {
    this.config = config;
    this.#options = options;
  }

  get name(): string {
    return this.config.node.name;
  }

  /** Streams whose pipeline is wanted up here. */
  get running(): string[] {
    const up = [...this.services.units].filter(([, unit]) => unit.running);
    return up.map(([name]) => name.slice(PREFIX.length)).sort();
  }

  get sessions(): ReadonlyMap<string, Record<string, unknown>> {
    return this.#sessions;
  }

  log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const { address, ports } = this.config.node;
    await mkdir(this.config.dirs.data, { recursive: true });
    await this.#listen(ports.contribution, address, (request) => this.#answerContribution(request));
    await this.#listen(ports.origin, address, async () => this.#originReport());
    await this.startAgent();
  }

  async startAgent(): Promise<void> {
    this.#store = await keepStoreConnected(this.#options.store);
    this.#agent = await startAgent({
      config: this.config,
      store: this.#store,
      nodeServices: new FakeServices(),
      ownServices: this.services,
      clock: systemClock,
      ...(this.#options.controlled ? {} : { control: () => IDLE }),
      log: pino({ level: 'info' }, { write: (line: string) => (this.#log += line) }),
    });
  }

  /** Ends the agent; sessions, pipelines and files stay. */
  async stopAgent(): Promise<void> {
    await this.#agent?.close();
    this.#store?.close();
    this.#agent = null;
  }

  async stop(): Promise<void> {
    await this.stopAgent();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  async status(): Promise<AgentReport> {
    return (await (await fetch(`${this.#agentUrl}/v1/status`)).json()) as AgentReport;
  }

  /** Publishes as nginx would ask for it; returns the HTTP status: 302 lets in. */
  /** How many stream keys the agent has noted as good. */
  async knownKeys(): Promise<number> {
    const text = await readFile(join(this.config.dirs.data, 'agent-known.json'), 'utf8');
    return (JSON.parse(text) as { keys: unknown[] }).keys.length;
  }

  async publish(key: string, client = '1'): Promise<number> {
    return await this.hook('publish', { name: key, addr: '127.0.0.1', clientid: client });
  }

  /** nginx says that the publisher went. */
  async leave(client = '1'): Promise<void> {
    await this.hook('publish-done', { name: '', addr: '127.0.0.1', clientid: client });
  }

  async hook(name: string, form: Record<string, string>): Promise<number> {
    const body = new URLSearchParams(form);
    const response = await fetch(`${this.#agentUrl}/hooks/${name}`, {
      method: 'POST',
      body,
      redirect: 'manual',
    });
    return response.status;
  }

  get #agentUrl(): string {
    return `http://${this.config.node.address}:${this.config.node.ports.agent}`;
  }

  async #answerContribution(request: IncomingMessage): Promise<unknown> {
    const stream = new URL(request.url ?? '/', 'http://node').pathname.split('/')[2] ?? '';
    if (request.method === 'PUT') {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      this.#sessions.set(stream, { stream, ...(JSON.parse(Buffer.concat(chunks).toString()) as object) });
    }
    if (request.method === 'DELETE') this.#sessions.delete(stream);
    return { sessions: [...this.#sessions.values()] };
  }

  #originReport() {
    const reports = this.running.map((stream) => {
      const state = this.#options.isLive(stream) ? 'live' : 'ended';
      const msn = Math.floor(Date.now() / 2000);
      const segments = [{ msn: msn - 1, startTicks: (msn - 1) * 180_000, frames: 60 }];
      const pipeline = { fresh: state === 'live', tracks: { '480p': 'video 22' }, segments, lastMsn: msn };
      return this.spoil(stream, createStreamReport({ stream, status: createStatus({ state }), pipeline }));
    });
    return createOrigin(this.name, reports);
  }

  async #listen(
    port: number,
    address: string,
    answer: (request: IncomingMessage) => Promise<unknown>,
  ): Promise<void> {
    const server = createServer((request, response) => {
      void answer(request).then((value) => response.end(JSON.stringify(value)));
    });
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    this.#servers.push(server);
  }
}
