import { Backoff, pause } from '../backoff.ts';
import { ParleyError } from '../errors.ts';
import type { Access } from '../rest/access.ts';
import { fill, Rest } from '../rest/rest.ts';
import { EventLines } from './event-lines.ts';

export interface StreamOptions {
  /** Only messages and events of these types. Other kinds of entries are still sent. */
  types?: readonly string[] | undefined;
  /** Only messages from or to these agents. */
  agents?: readonly string[] | undefined;
  /** A place, `EPOCH-SEQ`, or a bare seq; `0` is the start. Without it, streams of executions and threads give their history first, and others only new entries. */
  after?: string | undefined;
  /** Whether to yield `place` too, which only says that the stream is open and where it is. */
  places?: boolean | undefined;
  /** Ends the stream with its reason. */
  signal?: AbortSignal | undefined;
}

/** One entry of a stream. */
export interface StreamEvent {
  /** `message`, `status`, `completion`, `event`, `agent`, `task`, `gap`, ... */
  readonly event: string;
  /** The place in the log: a stream opened after it goes on after this entry. */
  readonly id: string | undefined;
  /** The entry; its shape depends on `event`. */
  readonly data: any;
}

/** The server sends `place` every 15 s, so a stream that is silent for three of them has silently lost its connection. */
const silence = 45_000;

export async function* stream(access: () => Access, path: string, options: StreamOptions): AsyncGenerator<StreamEvent, void, undefined> {
  const { types, agents, after, places, signal } = options;
  const backoff = new Backoff(500, 15_000);
  let place: string | undefined;
  let retry = 0;
  let wasOpen = false;
  for (;;) {
    const body = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => body.abort(), silence);
    };
    try {
      const address = fill(`/api/v1/sse/${path.replace(/^\//, '')}`, { path: undefined, query: { types, agents, after: place ?? after } });
      const response = await open(access(), address, body, signal);
      if (response.status === 204) return;
      wasOpen = true;
      alive();
      for await (const { event, id, data, retry: asked } of EventLines.of(response.body!)) {
        alive();
        backoff.reset();
        place = id ?? place;
        retry = asked ?? retry;
        if (event === undefined || (event === 'place' && !places)) continue;
        yield { event, id, data: JSON.parse(data) as unknown };
        if (event === 'completion' && path.includes('execution/')) return;
      }
    } catch (failure) {
      signal?.throwIfAborted();
      if (failure instanceof ParleyError && !(wasOpen && failure.retryable)) throw failure;
      if (failure instanceof ParleyError) retry = Math.max(retry, (failure.retryAfter ?? 0) * 1000);
      else if (failure instanceof SyntaxError) throw failure;
    } finally {
      clearTimeout(timer);
      body.abort();
    }
    await pause(Math.max(retry * (0.5 + Math.random()), backoff.next()), signal);
  }
}

async function open(access: Access, path: string, body: AbortController, signal?: AbortSignal): Promise<Response> {
  const { address, headers } = await access.opening(path, signal);
  const accept = { accept: 'text/event-stream' };
  const whole = signal ? AbortSignal.any([signal, body.signal]) : body.signal;
  return new Rest(() => access).open('GET', address, { headers: { ...accept, ...headers } }, { signal: whole });
}
