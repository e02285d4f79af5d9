import assert from 'node:assert/strict';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { within } from './deadline.ts';
import { Inflow } from './inflow.ts';
import { closeAfterTests } from './open.ts';
import type { Query, Rest } from './rest.ts';
import type { Message } from './wire.ts';

export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: unknown;
}

export interface StreamOptions {
  readonly query?: Query;
  /** What a reader that comes back says. */
  readonly lastEventId?: string;
}

/** A server-sent event stream, read by `fetch`. */
export class EventStream {
  readonly retries: number[] = [];
  readonly ended: Promise<void>;
  readonly #abort: AbortController;
  readonly #inflow = new Inflow<StreamEvent>();

  private constructor(response: Response, abort: AbortController) {
    this.#abort = abort;
    closeAfterTests(() => abort.abort());
    this.ended = this.#read(response).finally(() => this.#inflow.end());
  }

  /** Opens a stream under `sse/`. */
  static async open(rest: Rest, path: string, options: StreamOptions = {}): Promise<EventStream> {
    const { response, abort } = await request(rest, path, options);
    assert.equal(response.status, 200, `sse/${path} answered ${response.status}`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    return new EventStream(response, abort);
  }

  /** The status with which the server answers who opens a stream. */
  static async status(rest: Rest, path: string, options: StreamOptions = {}): Promise<number> {
    const { response, abort } = await request(rest, path, options);
    abort.abort();
    return response.status;
  }

  take(what: string, fits: (one: StreamEvent) => boolean = () => true, milliseconds?: number): Promise<StreamEvent> {
    return this.#inflow.take(what, fits, milliseconds);
  }

  /** Takes the next event of this name. */
  async next<T>(event: string, milliseconds?: number): Promise<{ id: string; data: T }> {
    const taken = await this.take(`the event ${event}`, (one) => one.event === event, milliseconds);
    assert.ok(taken.id !== undefined, `${event} has an id`);
    return { id: taken.id, data: taken.data as T };
  }

  /** The contents of the next messages, so many. */
  async contents(count: number): Promise<(string | null)[]> {
    const contents: (string | null)[] = [];
    for (let n = 0; n < count; n++) contents.push((await this.next<Message>('message')).data.content);
    return contents;
  }

  /** Takes the place that comes at connect: from here on nothing is missed. */
  async connected(): Promise<string> {
    return (await this.next('place')).id;
  }

  /** What came and was not taken, places left out. */
  get left(): readonly StreamEvent[] {
    return this.#inflow.left.filter((one) => one.event !== 'place');
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    const parser = createParser({
      onEvent: (event) => this.#came(event),
      onRetry: (milliseconds) => this.retries.push(milliseconds),
    });
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      for await (const chunk of response.body!) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
    } catch (error) {
      // A server that was killed breaks the stream; what did not come is for the test to judge.
      if (!this.#abort.signal.aborted && (error as Error).message !== 'terminated') throw error;
    }
  }

  #came({ id, event, data }: EventSourceMessage): void {
    this.#inflow.push({ id, event: event ?? 'message', data: JSON.parse(data) });
  }
}

async function request(rest: Rest, path: string, options: StreamOptions): Promise<{ response: Response; abort: AbortController }> {
  const abort = new AbortController();
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (rest.token !== null) headers['authorization'] = `Bearer ${rest.token}`;
  if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId;
  const address = rest.address(`sse/${path}`, options.query);
  const response = await within(`sse/${path} to answer`, fetch(address, { headers, signal: abort.signal }));
  return { response, abort };
}
