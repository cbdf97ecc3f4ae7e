/**
 * One kept-alive HTTP/1.1 connection of a viewer: one request at a time, opened again when the server closed it.
 *
 * All connections of a process read into one buffer and share one timer for their deadlines.
 */
import { connect, type Socket } from 'node:net';
import { StreamctlError } from '../base/errors.ts';
import { type HttpResponse, ResponseReader } from './response-reader.ts';

export interface HttpConnection {
  /** Gets a path. Rejects with NOT_RUNNING (refused, broken, malformed), UNHEALTHY (late), INTERRUPTED (closed). */
  get(path: string, limits: TimeLimits): Promise<HttpResponse>;
  /** Bytes of the answer in flight so far. */
  readonly received: number;
  close(): void;
}

/** How long an answer may take from the request on, milliseconds. */
export interface TimeLimits {
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/** Makes a connection to the host of an http URL. */
export type Connect = (url: URL) => HttpConnection;

interface Pending {
  readonly path: string;
  readonly firstByteByMs: number;
  readonly byMs: number;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: Error) => void;
}

const SWEEP_MS = 100;
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);
const waiting = new Set<SocketConnection>();
let sweeper: NodeJS.Timeout | null = null;

/** Creates a connection; it opens with the first request. */
export const createConnection: Connect = ({ protocol, hostname, port }) =>
  protocol === 'http:' ? new SocketConnection(hostname, Number(port || 80)) : new NoConnection(protocol);

/** Connects to edges themselves, past the proxies before them (`directWays`). */
export function connectDirectly(ways: ReadonlyMap<string, string>): Connect {
  if (ways.size === 0) return createConnection;
  return (url) => createConnection(new URL(ways.get(url.origin) ?? url.origin));
}

/** To what simulated viewers cannot speak to: each request fails. */
class NoConnection implements HttpConnection {
  readonly received = 0;
  readonly #protocol: string;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  get(path: string): Promise<HttpResponse> {
    const reason = `simulated viewers speak http only, not ${this.#protocol.slice(0, -1)}`;
    return Promise.reject(new StreamctlError('NOT_RUNNING', `GET ${path}: ${reason}`));
  }

  close(): void {}
}

class SocketConnection implements HttpConnection {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #reader = new ResponseReader();
  #pending: Pending | null = null;
  #closed = false;
  /** Responses that the open socket has given. */
  #served = 0;
  received = 0;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  get(path: string, { firstByteMs, totalMs }: TimeLimits): Promise<HttpResponse> {
    if (this.#closed) return Promise.reject(interrupted());
    if (this.#pending !== null) throw new StreamctlError('BUG', 'a request on a busy viewer connection');
    return new Promise((resolve, reject) => {
      const nowMs = performance.now();
      const limits = { firstByteByMs: nowMs + firstByteMs, byMs: nowMs + totalMs };
      this.#pending = { path, ...limits, resolve, reject };
      watch(this);
      this.#send(path);
    });
  }

  close(): void {
    this.#closed = true;
    this.#fail(interrupted());
  }

  /** Fails the request in flight when it is over its time. */
  checkDeadline(nowMs: number): void {
    if (this.#pending === null) return;
    const { firstByteByMs, byMs } = this.#pending;
    if (nowMs < (this.received > 0 ? byMs : firstByteByMs)) return;
    this.#fail(new StreamctlError('UNHEALTHY', `GET ${this.#pending.path}: no answer in time`));
  }

  #send(path: string): void {
    this.received = 0;
    this.#socket ??= this.#open();
    const host = this.#port === 80 ? this.#host : `${this.#host}:${this.#port}`;
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: streamctl-viewer\r\n\r\n`,
      'latin1',
    );
  }

  #open(): Socket {
    const onRead = (bytes: number, buffer: Uint8Array): boolean => {
      this.#read(socket, Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      return true;
    };
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: { buffer: READ_BUFFER, callback: onRead },
    });
    this.#reader = new ResponseReader();
    this.#served = 0;
    socket.on('error', (cause) => this.#lost(socket, cause));
    socket.on('close', () => this.#lost(socket, null));
    return socket;
  }

  #read(socket: Socket, bytes: Buffer): void {
    if (socket !== this.#socket) return;
    const pending = this.#pending;
    if (pending === null) {
      this.#drop();
      return;
    }
    this.received += bytes.length;
    let response: HttpResponse | null;
    try {
      response = this.#reader.push(bytes);
    } catch (cause) {
      this.#fail(new StreamctlError('NOT_RUNNING', `GET ${pending.path}: malformed answer`, { cause }));
      return;
    }
    if (response === null) return;
    this.#pending = null;
    this.#served += 1;
    unwatch(this);
    if (response.closes) this.#drop();
    pending.resolve(response);
  }

  #lost(socket: Socket, cause: Error | null): void {
    if (socket !== this.#socket) return;
    const path = this.#pending?.path ?? '';
    // RFC 9112 section 9.3.1: an idle connection may close as we write; the request is sent once more.
    if (this.#pending !== null && this.#served > 0 && this.received === 0) {
      this.#drop();
      this.#send(path);
      return;
    }
    const reason = cause === null ? 'the server closed the connection' : cause.message;
    this.#fail(new StreamctlError('NOT_RUNNING', `GET ${path}: ${reason}`, { cause }));
  }

  #fail(error: StreamctlError): void {
    const pending = this.#pending;
    this.#pending = null;
    unwatch(this);
    this.#drop();
    pending?.reject(error);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
  }
}

function watch(connection: SocketConnection): void {
  waiting.add(connection);
  sweeper ??= setInterval(() => {
    const nowMs = performance.now();
    for (const each of waiting) each.checkDeadline(nowMs);
  }, SWEEP_MS);
}

function unwatch(connection: SocketConnection): void {
  waiting.delete(connection);
  if (waiting.size > 0 || sweeper === null) return;
  clearInterval(sweeper);
  sweeper = null;
}

function interrupted(): StreamctlError {
  return new StreamctlError('INTERRUPTED', 'the viewer stopped');
}
