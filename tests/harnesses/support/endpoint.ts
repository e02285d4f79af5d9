import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../../wire/harness/deadline.ts';
import { answer, offeredTools, type Reply } from './dialects.ts';

/** A request that a harness sent to its model: what the model reads is in `text`. */
export interface ModelRequest {
  readonly path: string;
  /** The whole body, with the escapes of JSON undone, so that a message stands in it as it was sent. */
  readonly text: string;
  /** When it arrived, as of `performance.now()`. */
  readonly at: number;
}

/** What the model does with a request of the agent's own loop. It may first let something happen. */
export type Step = (request: ModelRequest) => Reply | Promise<Reply>;

/** A model on loopback, in the words of every vendor. It plays what a test tells it, and keeps what it was asked: the proof of what a model would
 * have read. */
export class FakeModel {
  readonly url: string;
  /** Those of the agent's own loop, in order. */
  readonly main: ModelRequest[] = [];
  /** Those of subagents. */
  readonly sub: ModelRequest[] = [];
  /** Others, such as for a title. */
  readonly side: ModelRequest[] = [];
  readonly #server: HttpServer;
  readonly #steps: Step[] = [];
  readonly #subSteps: Step[] = [];

  private constructor(server: HttpServer) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (asked, answered) => {
      void (async () => {
        const raw = await read(asked);
        const path = asked.url!;
        if (asked.method !== 'POST' || raw === '' || path.includes('count_tokens')) {
          answered.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":10,"data":[],"models":[]}');
          return;
        }

        const body = JSON.parse(raw) as Record<string, unknown>;
        const reply = await this.#reply(path, body);
        if (!answered.destroyed) answer(answered, path, body, reply);
      })().catch((fault: unknown) => answered.destroy(fault as Error));
    });
  }

  static async start(): Promise<FakeModel> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeModel(server);
  }

  /** What the model is to do with the next requests of the agent's own loop. Then it says that it is done. */
  plays(...steps: (Step | Reply)[]): void {
    this.#steps.push(...steps.map(step));
  }

  /** What it is to do with the next requests of a subagent. */
  playsSubagent(...steps: (Step | Reply)[]): void {
    this.#subSteps.push(...steps.map(step));
  }

  /** Waits until the agent's own loop has asked so often. */
  async asked(times: number): Promise<void> {
    await eventually(
      `request ${times} to the model`,
      async () => this.main.length,
      (count) => count >= times,
    );
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #reply(path: string, body: Record<string, unknown>): Promise<Reply> {
    const request = { path, text: strings(body).join('\n'), at: performance.now() };
    if (offeredTools(path, body).length === 0) {
      this.side.push(request);
      return { text: 'A title' };
    }

    const isMain = !request.text.includes(subagentMark) || request.text.includes(mainMark);
    (isMain ? this.main : this.sub).push(request);
    const next = (isMain ? this.#steps : this.#subSteps).shift();
    return next === undefined ? { text: 'Done.' } : await next(request);
  }
}

/** Every prompt that a test types begins with it, and every task for a subagent with the other: so requests are told apart. */
export const mainMark = 'Work for the agent itself.';
export const subagentMark = 'Work for a subagent.';

/** How often a text stands in a request. */
export const count = (request: ModelRequest | undefined, text: string): number => (request?.text ?? '').split(text).length - 1;

const step = (one: Step | Reply): Step => (typeof one === 'function' ? one : () => one);

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
