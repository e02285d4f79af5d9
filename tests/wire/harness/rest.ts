import assert from 'node:assert/strict';
import type { Problem } from './wire.ts';

export type Query = Record<string, string | number | boolean | readonly string[]>;

export interface CallOptions {
  readonly query?: Query;
  readonly headers?: Record<string, string>;
  /** The body as it is, where it is meant to be no JSON. */
  readonly raw?: string | Uint8Array;
}

/** Calls the REST interface with one token, by the `fetch` that everybody has. */
export class Rest {
  readonly #url: string;
  readonly #query: Query;
  readonly token: string | null;

  constructor(url: string, token: string | null, query: Query) {
    this.#url = url;
    this.#query = query;
    this.token = token;
  }

  get(path: string, query: Query = {}): Promise<Answer> {
    return this.call('GET', path, undefined, { query });
  }

  post(path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.call('POST', path, body, options);
  }

  put(path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.call('PUT', path, body, options);
  }

  patch(path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.call('PATCH', path, body, options);
  }

  delete(path: string, options: CallOptions = {}): Promise<Answer> {
    return this.call('DELETE', path, undefined, options);
  }

  /** The full address of a path under `/api/v1`, or of an absolute one. */
  address(path: string, query: Query = {}): string {
    const url = new URL(path.startsWith('/') ? path : `/api/v1/${path}`, this.#url);
    for (const [name, value] of Object.entries({ ...this.#query, ...query }))
      for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
    return url.href;
  }

  async call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const headers: Record<string, string> = { ...options.headers };
    if (this.token !== null) headers['authorization'] ??= `Bearer ${this.token}`;
    const content = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    if (content !== undefined) headers['content-type'] ??= 'application/json';

    const response = await fetch(this.address(path, options.query), {
      method,
      headers,
      ...(content === undefined ? {} : { body: content }),
    });
    const answer = new Answer(`${method} ${path}`, response.status, response.headers, await response.text());
    assert.notEqual(answer.status, 500, `${answer}: no client makes a server fail`);
    return answer;
  }
}

/** What the server answered, with the assertions that every answer of its sort must pass. */
export class Answer {
  readonly request: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;

  constructor(request: string, status: number, headers: Headers, text: string) {
    this.request = request;
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  /** The body of a success: of the status given, or of any 2xx. */
  as<T>(status?: number): T {
    this.succeeds(status);
    assert.match(this.headers.get('content-type') ?? '', /^application\/json/, `${this}`);
    return JSON.parse(this.text) as T;
  }

  /** A success, whatever its body. */
  succeeds(status?: number): void {
    if (status === undefined) assert.ok(this.status >= 200 && this.status < 300, `${this}`);
    else assert.equal(this.status, status, `${this}`);
  }

  /** A success that says nothing. */
  isEmpty(): void {
    assert.equal(this.status, 204, `${this}`);
    assert.equal(this.text, '', `${this}`);
  }

  /** A refusal, in the one form that all of them have. */
  problem(status: number, code?: string): Problem {
    assert.equal(this.status, status, `${this}`);
    assert.match(this.headers.get('content-type') ?? '', /^application\/problem\+json/, `${this}`);
    const problem = JSON.parse(this.text) as Problem;
    assertProblem(problem, status, code, `${this}`);
    if (status === 429 || status === 503) assert.match(this.headers.get('retry-after') ?? '', /^\d+$/, `${this}: Retry-After`);
    return problem;
  }

  toString(): string {
    return `${this.request} answered ${this.status} ${this.text.slice(0, 600)}`;
  }
}

/** RFC 9457 with the members that the wire adds, and never a word of the code behind it. */
export function assertProblem(problem: Problem, status: number, code: string | undefined, context: string): void {
  const { type, title, detail, retryable, errors } = problem;
  assert.equal(problem.status, status, context);
  if (code !== undefined) assert.equal(problem.code, code, context);
  assert.match(problem.code, /^[a-z_]+$/, context);
  assert.ok(typeof type === 'string' && type.length > 0, `${context}: type`);
  assert.ok(typeof title === 'string' && title.length > 0, `${context}: title`);
  assert.ok(detail === null || typeof detail === 'string', `${context}: detail`);
  assert.equal(typeof retryable, 'boolean', `${context}: retryable`);
  for (const reasons of Object.values(errors ?? {})) assert.ok(Array.isArray(reasons) && reasons.length > 0, `${context}: errors`);
  assert.doesNotMatch(
    JSON.stringify(problem),
    /System\.|Parley\.|Exception|\bat [A-Z]\w+\.|Path: \$|LineNumber/,
    `${context}: words of the code`,
  );
}

/** That a problem names the field: as it is, or on the way to it (`items[3].to`). */
export function assertNames(problem: Problem, field: string): void {
  const named = Object.keys(problem.errors ?? {});
  const found = named.some((name) => name === field || name.split(/[.[\]]+/).includes(field));
  assert.ok(found, `The problem should name '${field}': ${JSON.stringify(problem)}`);
}
