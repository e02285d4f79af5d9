import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' };

/** Who is signed in at a site; null for nobody. */
export type Visitor = { kind: 'admin' | 'observer'; name: string; token: string } | null;

/** The built dashboard on a port of its own, before a real server: every request carries the visitor's token, as the cookie of a session would. */
export class Site {
  readonly url: string;
  visitor: Visitor;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  private constructor(server: Server, url: string, visitor: Visitor) {
    this.#server = server;
    this.url = url;
    this.visitor = visitor;
  }

  static async open(target: string, visitor: Visitor, port = 0): Promise<Site> {
    const server = createServer((incoming, response) => void site.#answer(target, incoming, response));
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address() as { port: number };
    const site = new Site(server, `http://127.0.0.1:${address.port}`, visitor);
    server.on('upgrade', (incoming: IncomingMessage, socket: Socket, head: Buffer) => site.#upgrade(target, incoming, socket, head));
    return site;
  }

  /** Breaks all sockets and refuses new ones, as a network that is gone; or ends that. */
  cut(isCut: boolean): void {
    this.#isCut = isCut;
    if (isCut) for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut(true);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(target: string, incoming: IncomingMessage, response: ServerResponse): void {
    const path = new URL(incoming.url ?? '/', target).pathname;
    if (this.#isCut) return void incoming.socket.destroy();
    if (path.startsWith('/assets/') || path === '/favicon.svg') return file(path, response);
    if (!path.startsWith('/api/') && path !== '/health') return page(response);
    if (path === '/api/v1/me') return this.#me(response);
    if (!this.visitor) return problem(response, 401, 'unauthorized');
    const headers = { ...incoming.headers, authorization: `Bearer ${this.visitor.token}` };
    const onward = request(new URL(incoming.url!, target), { method: incoming.method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  }

  #me(response: ServerResponse): void {
    if (!this.visitor) return problem(response, 401, 'unauthorized');
    const { kind, name } = this.visitor;
    const server = { version: '0', time: new Date().toISOString() };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind, name, agent_id: null, projects: [], may: [], expires_at: null, server }));
  }

  #upgrade(target: string, incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.#isCut || !this.visitor) return void socket.destroy();
    const { hostname, port } = new URL(target);
    const onward = connect(Number(port), hostname, () => {
      const headers = { ...incoming.headers, host: `${hostname}:${port}`, origin: target, authorization: `Bearer ${this.visitor!.token}` };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
      onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    this.#sockets.add(socket);
    for (const end of [socket, onward]) {
      end.on('error', () => undefined);
      end.on('close', () => {
        socket.destroy();
        onward.destroy();
        this.#sockets.delete(socket);
      });
    }
  }
}

function page(response: ServerResponse): void {
  const nonce = randomBytes(16).toString('base64');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`,
  });
  response.end(readFileSync(join(dist, 'index.html'), 'utf8').replaceAll('__NONCE__', nonce));
}

function file(path: string, response: ServerResponse): void {
  const name = join(dist, normalize(path));
  if (!name.startsWith(dist) || !existsSync(name)) return void response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'cache-control': 'max-age=31536000, immutable',
  });
  response.end(readFileSync(name));
}

function problem(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: null, title: null, status, detail: 'Sign in first.', code, retryable: false }));
}
