import type { Message, Problem } from './types.ts';

/** The server refused something; `code` says why. */
export class ParleyError extends Error {
  override name = 'ParleyError';
  /** The problem as the server sent it. */
  readonly problem: Problem;

  constructor(problem: Partial<Problem> & { code: string }, cause?: unknown) {
    const whole = { type: null, title: null, detail: null, status: 0, retryable: false, ...problem };
    super(describe(whole), { cause });
    this.problem = whole;
  }

  /** Stable; the server explains each code at `/docs/errors`. */
  get code(): string {
    return this.problem.code;
  }

  /** The HTTP status; 0 if no server answered. */
  get status(): number {
    return this.problem.status;
  }

  /** What is wrong and what to do, in one or two sentences. */
  get detail(): string {
    return this.problem.detail ?? this.problem.title ?? this.problem.code;
  }

  /** For bad input, the reasons by field; empty otherwise. */
  get errors(): Record<string, string[]> {
    return this.problem.errors ?? {};
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.problem.retryable;
  }

  /** Seconds to wait before trying again, if the server says. */
  get retryAfter(): number | undefined {
    return this.problem.retry_after ?? undefined;
  }
}

/** No server answered, or the connection was lost before it did. What was asked for may or may not have taken effect. */
export class ConnectionError extends ParleyError {
  override name = 'ConnectionError';
  /** For a request: whether the server had stored it. It then goes on, and its reply arrives as an ordinary message. */
  readonly stored: boolean;

  constructor(reason: string, cause?: unknown, stored = false) {
    super({ code: 'unreachable', title: 'The server cannot be reached.', detail: reason, retryable: true }, cause);
    this.stored = stored;
  }
}

/** Nobody replied to a request in time. A late reply arrives as an ordinary message. */
export class TimeoutError extends ParleyError {
  override name = 'TimeoutError';
}

/** The recipient of a request replied that it could not do what was requested. */
export class AgentError extends ParleyError {
  override name = 'AgentError';
  readonly reply: Message;

  constructor(reply: Message) {
    super({
      code: 'agent_error',
      title: 'The agent could not do it.',
      detail: reply.content ?? `${reply.sender_id} replied with an error.`,
    });
    this.reply = reply;
  }
}

/** Something that only this machine can say is missing: the server's address, a token, or an agent's id. The message says where it was looked for. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError';
}

/** The problem for an HTTP status whose body says nothing. */
export function problemOf(status: number, body: unknown, retryAfter?: string | null): Problem {
  const said = body as Problem | undefined;
  const seconds = retryAfter ? Number(retryAfter) : NaN;
  const problem: Problem =
    typeof said?.code === 'string'
      ? { ...said, status: said.status || status }
      : {
          type: null,
          title: 'The request failed.',
          status,
          detail: `The server answered ${status} without saying why.`,
          code: codes[status] ?? (status >= 500 ? 'internal_error' : 'invalid_request'),
          retryable: [429, 502, 503, 504].includes(status),
        };
  return { ...problem, retry_after: problem.retry_after ?? (Number.isFinite(seconds) ? seconds : null) };
}

const codes: Record<number, string> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  412: 'version_mismatch',
  413: 'too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  503: 'storage_unavailable',
  504: 'request_timeout',
};

function describe(problem: Problem): string {
  let text = problem.detail ?? problem.title ?? problem.code;
  for (const [field, reasons] of Object.entries(problem.errors ?? {})) {
    const why = `${field}: ${reasons.join('; ')}`;
    // A single reason is already in the detail.
    if (!text.includes(why)) text += ` ${why}`;
  }
  return `${text} (${problem.code})`;
}
