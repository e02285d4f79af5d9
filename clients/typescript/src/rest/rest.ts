import { Backoff, pause } from '../backoff.ts';
import { ConnectionError, ParleyError, problemOf } from '../errors.ts';
import type { paths } from '../generated/schema.ts';
import type { Access } from './access.ts';
import type { Answer, CallOptions, CallRest, Method, PathWith } from './call.ts';

const tries = 3;
const patience = 30_000;
const longestRetryAfter = 5;

export type QueryValue = string | number | boolean | readonly (string | number)[] | Date | null | undefined;

/** HTTP to one server: adds the token and the project, turns refusals into `ParleyError`, and tries again where that is safe. Each method takes a path
 * as the OpenAPI document writes it. */
export class Rest {
  readonly #accessNow: () => Access;

  /** @internal @param access Asked before each call: an agent's server may move, and its token change. */
  constructor(access: () => Access) {
    this.#accessNow = access;
  }

  get #access(): Access {
    return this.#accessNow();
  }

  get<P extends PathWith<'get'>>(path: P, ...[input]: CallRest<P, 'get'>): Promise<Answer<P, 'get'>> {
    return this.#call('get', path, input);
  }

  post<P extends PathWith<'post'>>(path: P, ...[input]: CallRest<P, 'post'>): Promise<Answer<P, 'post'>> {
    return this.#call('post', path, input);
  }

  put<P extends PathWith<'put'>>(path: P, ...[input]: CallRest<P, 'put'>): Promise<Answer<P, 'put'>> {
    return this.#call('put', path, input);
  }

  patch<P extends PathWith<'patch'>>(path: P, ...[input]: CallRest<P, 'patch'>): Promise<Answer<P, 'patch'>> {
    return this.#call('patch', path, input);
  }

  delete<P extends PathWith<'delete'>>(path: P, ...[input]: CallRest<P, 'delete'>): Promise<Answer<P, 'delete'>> {
    return this.#call('delete', path, input);
  }

  /** Any call, for what this package has no types for yet: `/api/v1/...` of a newer server. */
  async request<T = unknown>(method: string, path: string, input: Input = {}): Promise<T> {
    const { idempotencyKey: key, ifMatch } = input;
    const isForm = typeof input.body === 'string';
    const headers: Record<string, string> = {
      accept: 'application/json',
      ...(input.body === undefined ? {} : { 'content-type': isForm ? 'text/plain' : 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    };
    const body = input.body === undefined || isForm ? (input.body as string | undefined) : JSON.stringify(input.body);
    const response = await this.#tryAll(() => this.open(method, fill(path, input), { headers, body: body ?? null }, input), input, method);
    return (await this.#read(response, input.signal)) as T;
  }

  /** One try, and its answer if that is a success. */
  async open(
    method: string,
    path: string,
    request: { headers: Record<string, string>; body?: string | null },
    options: CallOptions = {},
  ): Promise<Response> {
    // Only until the answer begins: a stream goes on for days.
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), options.patience ?? patience);
    const headers = { ...request.headers, ...this.#access.headers };
    let response: Response;
    try {
      response = await fetch(/^https?:/.test(path) ? path : this.#access.address(path), {
        method: method.toUpperCase(),
        headers,
        body: request.body ?? null,
        credentials: 'same-origin',
        signal: options.signal ? AbortSignal.any([options.signal, late.signal]) : late.signal,
      });
    } catch (broken) {
      options.signal?.throwIfAborted();
      throw this.#access.unreachable(late.signal.aborted ? 'it did not answer in time' : reasonOf(broken), broken);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    const said = await response.json().catch(() => undefined);
    throw new ParleyError(problemOf(response.status, said, response.headers.get('retry-after')));
  }

  #call<T>(method: Method, path: keyof paths, input: unknown): Promise<T> {
    return this.request(method, path.startsWith('/health') ? path : `/api/v1${path}`, input as Input);
  }

  async #tryAll(attempt: () => Promise<Response>, options: CallOptions, method: string): Promise<Response> {
    const repeat = options.repeat ?? (options.idempotencyKey !== undefined || ['get', 'put', 'delete'].includes(method.toLowerCase()));
    const backoff = new Backoff(100, longestRetryAfter * 1000);
    for (let left = repeat ? tries : 1; ;) {
      try {
        return await attempt();
      } catch (refused) {
        const again = refused instanceof ConnectionError || (refused instanceof ParleyError && refused.status === 503);
        if (--left === 0 || !again || (refused.retryAfter ?? 0) > longestRetryAfter) throw refused;
        await pause(refused.retryAfter === undefined ? backoff.next() : refused.retryAfter * 1000, options.signal);
      }
    }
  }

  async #read(response: Response, signal?: AbortSignal): Promise<unknown> {
    try {
      const text = await response.text();
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    } catch (broken) {
      signal?.throwIfAborted();
      const reason =
        broken instanceof SyntaxError ? 'what answers there is not a Parley server' : 'the connection broke in the middle of the answer';
      throw this.#access.unreachable(reason, broken);
    }
  }
}

export interface Input extends CallOptions {
  path?: Record<string, string | number> | undefined;
  query?: Record<string, QueryValue> | undefined;
  body?: unknown;
}

/** Fills in the parameters of a path, and adds the query. Lists are separated by commas. */
export function fill(path: string, { path: parts, query }: Pick<Input, 'path' | 'query'>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    // The slashes of a key are part of the path.
    String(parts?.[name] ?? '')
      .split('/')
      .map(encodeURIComponent)
      .join(name === 'key' ? '/' : '%2F'),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    search.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = search.toString();
  return text ? `${filled}${filled.includes('?') ? '&' : '?'}${text}` : filled;
}

function reasonOf(broken: unknown): string {
  const cause = (broken as Error).cause;
  return (cause instanceof Error ? cause.message || (cause as { code?: string }).code : (broken as Error).message) || 'it does not answer';
}
