import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { within } from './deadline.ts';
import { Inflow } from './inflow.ts';
import { closeAfterTests } from './open.ts';
import { assertProblem } from './rest.ts';
import type { Frame, InboxItem, Problem } from './wire.ts';

export interface SocketOptions {
  readonly token?: string | null;
  readonly query?: Record<string, string | number>;
  readonly headers?: Record<string, string>;
  /** False for a client that answers no ping. */
  readonly autoPong?: boolean;
}

/** A WebSocket, and what came over it: one JSON object a message, which is what a stock client expects. */
export class Socket<T> {
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #inflow = new Inflow<T>();
  #arrays = 0;
  #fault: Error | undefined;

  /** Listens from the start, since the first frame may come with the answer to the upgrade. */
  protected constructor(socket: WebSocket, read: (text: string) => T | T[] = readOne) {
    this.#socket = socket;
    closeAfterTests(() => {
      socket.terminate();
      if (this.#fault !== undefined) throw this.#fault;
    });
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => {
        resolve({ code, reason: reason.toString() });
        this.#inflow.end();
      }),
    );
    socket.on('error', () => undefined); // A close follows, which is what a test looks at.
    socket.on('message', (bytes, isBinary) => {
      try {
        assert.ok(!isBinary, 'A WebSocket message is binary.');
        const content = read(bytes.toString());
        if (Array.isArray(content)) this.#arrays++;
        this.#inflow.push(...(Array.isArray(content) ? content : [content]));
      } catch (fault) {
        this.#fault ??= fault as Error;
        this.#inflow.end(this.#fault);
      }
    });
  }

  static async connect<T>(url: string, path: string, options: SocketOptions = {}): Promise<Socket<T>> {
    const socket = socketTo(url, path, options);
    const connection = new Socket<T>(socket);
    await opened(socket, path);
    return connection;
  }

  take(what: string, fits: (one: T) => boolean = () => true, milliseconds?: number): Promise<T> {
    return this.#inflow.take(what, fits, milliseconds);
  }

  get left(): readonly T[] {
    return this.#inflow.left;
  }

  /** How many WebSocket messages held an array. */
  get arrays(): number {
    return this.#arrays;
  }

  sendText(text: string | Uint8Array): void {
    this.#socket.send(text);
  }

  sendJson(content: unknown): void {
    this.#socket.send(JSON.stringify(content));
  }

  /** Closes in the way of the protocol. */
  async close(): Promise<void> {
    this.#socket.close(1000);
    await within('the connection to close', this.closed);
  }

  /** The code with which the server closes. */
  async closeCode(milliseconds?: number): Promise<number> {
    return (await within('the server to close the connection', this.closed, milliseconds)).code;
  }

  /** Lets go of the connection without a word, as a process that dies. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** Stops reading while the connection stays: what a stalled client does. */
  stall(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}

/** An agent's connection: frames with an id, and their answers. */
export class AgentSocket extends Socket<Frame> {
  #next = 1;

  static async open(url: string, path: string, options: SocketOptions): Promise<AgentSocket> {
    const socket = socketTo(url, path, options);
    const connection = new AgentSocket(socket, [1, 'true'].includes(options.query?.batch ?? 0) ? readFrames : readFrame);
    await opened(socket, path);
    return connection;
  }

  send(event: string, data?: unknown, id?: string): void {
    this.sendJson({ event, ...(id === undefined ? {} : { id }), ...(data === undefined ? {} : { data }) });
  }

  /** Sends a frame and takes what answers it. */
  async ask(event: string, data?: unknown): Promise<Frame> {
    const id = `f${this.#next++}`;
    this.send(event, data, id);
    return this.take(`the answer to ${event} ${id}`, (frame) => frame.id === id);
  }

  async ok<T>(event: string, data?: unknown): Promise<T> {
    const answer = await this.ask(event, data);
    assert.equal(answer.event, 'ok', JSON.stringify(answer));
    return answer.data as T;
  }

  async refused(event: string, data: unknown, status: number, code?: string): Promise<Problem> {
    const answer = await this.ask(event, data);
    assert.equal(answer.event, 'error', JSON.stringify(answer));
    const problem = answer.data as Problem;
    assertProblem(problem, status, code, JSON.stringify(answer));
    return problem;
  }

  /** The next delivery of this mailbox. */
  received(milliseconds?: number): Promise<InboxItem> {
    return this.event<InboxItem>('message:received', undefined, milliseconds);
  }

  /** The next frame of this name. */
  async event<T>(name: string, fits: (data: T) => boolean = () => true, milliseconds?: number): Promise<T> {
    const frame = await this.take(name, (one) => one.event === name && fits(one.data as T), milliseconds);
    return frame.data as T;
  }
}

function readOne<T>(text: string): T {
  const content = JSON.parse(text) as unknown;
  assert.ok(isObject(content), `A WebSocket message is not one JSON object: ${text.slice(0, 500)}`);
  return content as T;
}

function readFrame(text: string): Frame {
  return asFrame(readOne(text));
}

/** Frames that are ready together come as an array; one alone never does. */
function readFrames(text: string): Frame | Frame[] {
  const content = JSON.parse(text) as unknown;
  if (!Array.isArray(content)) return readFrame(text);
  assert.ok(content.length >= 2, `An array of frames holds fewer than two: ${text.slice(0, 500)}`);
  return content.map(asFrame);
}

function asFrame(content: unknown): Frame {
  const shown = JSON.stringify(content).slice(0, 500);
  assert.ok(isObject(content), `A frame is not an object: ${shown}`);
  assert.deepEqual(
    Object.keys(content).filter((name) => !['event', 'id', 'data'].includes(name)),
    [],
    `A frame has a field that no frame has: ${shown}`,
  );
  assert.ok(typeof content.event === 'string' && ['string', 'undefined'].includes(typeof content.id), `A frame is none: ${shown}`);
  return content as unknown as Frame;
}

function isObject(content: unknown): content is Record<string, unknown> {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

/** The HTTP status with which the server refuses to upgrade; 101 when it does not. */
export function upgradeStatus(url: string, path: string, options: SocketOptions = {}): Promise<number> {
  const socket = socketTo(url, path, options);
  const status = new Promise<number>((resolve, reject) => {
    socket.on('error', reject);
    socket.once('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.once('unexpected-response', (_, response: IncomingMessage) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      socket.terminate();
    });
  });
  return within(`an answer to the upgrade of ${path}`, status);
}

function opened(socket: WebSocket, path: string): Promise<void> {
  const open = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (error) => reject(new Error(`The upgrade of ${path} failed: ${error.message}`)));
  });
  return within(`the upgrade of ${path}`, open);
}

function socketTo(url: string, path: string, options: SocketOptions): WebSocket {
  const address = new URL(path, url.replace(/^http/, 'ws'));
  for (const [name, value] of Object.entries(options.query ?? {})) address.searchParams.set(name, String(value));
  return new WebSocket(address, {
    headers: { ...(options.token ? { authorization: `Bearer ${options.token}` } : {}), ...options.headers },
    autoPong: options.autoPong ?? true,
  });
}
