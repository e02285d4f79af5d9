import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { within } from './deadline.ts';
import { binary } from './server.ts';

export interface Rpc {
  readonly jsonrpc: '2.0';
  readonly id?: number | string;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: unknown };
  readonly params?: Record<string, unknown>;
}

export interface ToolResult {
  readonly content: readonly { type: string; text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: boolean;
}

/** The revision without sessions. */
export const newest = '2026-07-28';

/** One request of MCP over HTTP, as its revision of 2026-07-28 has it: without a session, and with all that the server must know. */
export async function callMcp(
  url: string,
  token: string | null,
  method: string,
  params: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: Rpc }> {
  const name = (params['name'] ?? params['uri']) as string | undefined;
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': newest,
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: {
        ...params,
        _meta: { 'io.modelcontextprotocol/protocolVersion': newest, 'io.modelcontextprotocol/clientCapabilities': {} },
      },
    }),
  });
  const text = await response.text();
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .at(-1);
  return { status: response.status, answer: JSON.parse(data?.slice('data:'.length) ?? text) as Rpc };
}

/** `parley mcp` as a program that runs agents starts it. */
export class McpProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Rpc) => void>();
  readonly #told: ((message: Rpc) => void)[] = [];
  #last = 0;
  /** All lines on standard output. */
  readonly lines: string[] = [];
  /** What was said to people. */
  said = '';

  constructor(environment: NodeJS.ProcessEnv, folder: string, ...words: string[]) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PARLEY_|CLAUDE|GEMINI_|COPILOT_)/.test(name));
    this.#child = spawn(binary, ['mcp', ...words], {
      cwd: folder,
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    process.once('exit', () => this.#child.kill('SIGKILL'));
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      const message = JSON.parse(line) as Rpc;
      if (typeof message.id === 'number' && message.method === undefined) this.#waiting.get(message.id)?.(message);
      else for (const told of this.#told) told(message);
    });
  }

  async request(method: string, params: Record<string, unknown> = {}): Promise<Rpc> {
    const id = ++this.#last;
    const answered = new Promise<Rpc>((resolve) => this.#waiting.set(id, resolve));
    this.#send({ jsonrpc: '2.0', id, method, params });
    return within(`the answer to ${method}`, answered);
  }

  /** The handshake of clients from before 2026-07-28. */
  async initialize(client = 'claude-code'): Promise<Rpc> {
    const answer = await this.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: client, version: '1' },
    });
    this.#send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return answer;
  }

  async call(name: string, args: Record<string, unknown> = {}): Promise<ToolResult> {
    const { result, error } = await this.request('tools/call', { name, arguments: args });
    if (result === undefined) throw new Error(`${name}: ${JSON.stringify(error)}`);
    return result as unknown as ToolResult;
  }

  /** The next notification for which this holds. */
  next(wanted: (message: Rpc) => boolean): Promise<Rpc> {
    return within('a notification', new Promise<Rpc>((resolve) => this.#told.push((message) => wanted(message) && resolve(message))));
  }

  /** Closes its input, as a client that ends does, and answers its exit code. */
  async close(): Promise<number | null> {
    const gone = new Promise<number | null>((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin!.end();
    return within('the program to end', gone);
  }

  #send(message: unknown): void {
    this.#child.stdin!.write(`${JSON.stringify(message)}\n`);
  }
}
