import assert from 'node:assert/strict';
import { Answer, type Rest } from './rest.ts';
import type { Server } from './server.ts';

export interface Me {
  readonly kind: string;
  readonly name: string | null;
  readonly agent_id: string | null;
  readonly projects: string[];
  readonly may: string[];
  readonly expires_at: string | null;
  readonly server: { version: string; time: string; epoch: string; retention_days: number | null };
}

/** Makes the ticket of a sign-in link. */
export async function ticketOf(rest: Rest): Promise<string> {
  return (await rest.post('session/tickets')).as<{ ticket: string }>(201).ticket;
}

/** A client that keeps the cookie of a server, and sends it as a browser would, by the `fetch` that everybody has. */
export class CookieClient {
  readonly url: string;
  cookie: string;
  /** As the server set it, with its attributes. */
  readonly set: string;

  private constructor(url: string, set: string) {
    this.url = url;
    this.set = set;
    this.cookie = set.split(';')[0]!;
  }

  static async signIn(server: Server, ticket: string): Promise<CookieClient> {
    const response = await post(server.url, ticket);
    assert.equal(response.status, 200, `${response}`);
    return new CookieClient(server.url, response.headers.getSetCookie()[0]!);
  }

  /** The same cookie at another address of the server. */
  at(url: string): CookieClient {
    const value = this.cookie.slice(this.cookie.indexOf('=') + 1);
    return new CookieClient(url, `parley-${new URL(url).port}=${value}`);
  }

  async call(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(`/api/v1/${path}`, this.url), {
      method,
      headers: { cookie: this.cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return new Answer(`${method} ${path}`, response.status, response.headers, await response.text());
  }
}

/** Tries to sign in. */
export async function post(url: string, ticket: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(new URL('/api/v1/session', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ticket }),
  });
  return new Answer('POST session', response.status, response.headers, await response.text());
}
