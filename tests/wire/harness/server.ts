import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { within } from './deadline.ts';
import { closeAll } from './open.ts';
import { databaseOf, type Postgres } from './postgres.ts';
import { Rest, type Query } from './rest.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const binary = process.env['PARLEY_BIN'] ?? join(repository, 'artifacts/publish/native/parley');
const startTime = 120_000;

/** The published server, as a process of its own on a data folder of its own. */
export class Server {
  readonly url: string;
  readonly dataFolder: string;
  readonly adminToken: string;
  readonly joinToken: string;
  readonly #process: ChildProcess | null;

  private constructor(url: string, dataFolder: string, adminToken: string, joinToken: string, process: ChildProcess | null) {
    this.url = url;
    this.dataFolder = dataFolder;
    this.adminToken = adminToken;
    this.joinToken = joinToken;
    this.#process = process;
  }

  /** Starts `parley serve`, on a new data folder unless one is given; or uses the one that `PARLEY_URL` and `PARLEY_DATA` name.
   * @param more Further variables of its environment; with them, it is always a new one.
   * @param descriptors How many files it may have open.
   * @param postgres Where its database is; else where the run has all of them. */
  static async start(dataFolder?: string, more: NodeJS.ProcessEnv = {}, descriptors?: number, postgres?: Postgres): Promise<Server> {
    const running = process.env['PARLEY_URL'];
    if (running !== undefined && Object.keys(more).length === 0 && postgres === undefined)
      return Server.#open(running.replace(/\/$/, ''), process.env['PARLEY_DATA'] ?? '', null);

    if (!existsSync(binary)) throw new Error(`There is no server at ${binary}. Publish it, or set PARLEY_BIN.`);
    const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'parley-wire-')));
    const database = await databaseOf(folder, postgres);
    const arguments_ = ['serve', '--port', '0', '--data', folder, ...(database === null ? [] : ['--database', database])];
    const [program, ...words] =
      descriptors === undefined
        ? [binary, ...arguments_]
        : ['sh', '-c', `ulimit -n ${descriptors} && exec "$0" "$@"`, binary, ...arguments_];
    const child = spawn(program!, words, { env: { ...environment(), ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => child.kill('SIGKILL'));
    return Server.#open(await within('the server to listen', address(child), startTime), folder, child);
  }

  /** Starts another on the same database, with a data folder of its own: a second node. Only on PostgreSQL. */
  async join(more: NodeJS.ProcessEnv = {}): Promise<Server> {
    const database = await databaseOf(this.dataFolder);
    if (database === null) throw new Error('SQLite has one server.');
    const folder = await mkdtemp(join(tmpdir(), 'parley-wire-'));
    const child = spawn(binary, ['serve', '--port', '0', '--data', folder, '--database', database], {
      env: { ...environment(), ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const url = await within('the node to listen', address(child), startTime);
    return new Server(url, folder, this.adminToken, this.joinToken, child);
  }

  static async #open(url: string, folder: string, child: ChildProcess | null): Promise<Server> {
    const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim();
    return new Server(url, folder, await read('admin.token'), await read('join.token'), child);
  }

  /** Whether this process was started here, and so may be stopped and killed. */
  get isOurs(): boolean {
    return this.#process !== null;
  }

  /** Of the process that was started here. */
  get processId(): number | undefined {
    return this.#process?.pid;
  }

  /** A client of the REST interface: with a token, or without one. */
  rest(token: string | null, query: Query = {}): Rest {
    return new Rest(this.url, token, query);
  }

  /** Asks the server to stop, and waits until it is gone; answers its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends the server and removes what it stored. */
  async remove(): Promise<void> {
    if (this.#process === null) return;
    await this.kill();
    await rm(this.dataFolder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill(signal);
      await within('the server to be gone', gone);
    }
    return child.exitCode;
  }
}

/** What the server sees of the environment: it refuses a variable with its prefix that is none of its settings, as PARLEY_BIN, and must
 * not meet a database of the developer's own. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_') && name !== 'DATABASE_URL'));
}

/** A server for all tests of the calling file, removed after them. */
export async function startServer(): Promise<Server> {
  const server = await Server.start();
  after(async () => {
    try {
      closeAll();
    } finally {
      await server.remove();
    }
  });
  return server;
}

/** The address that the server prints when it is ready. What it says until then is shown if it never is. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    // Both streams are read to their end: a full pipe would stop the server.
    child.stderr?.on('data', (chunk: Buffer) => said.length < 200 && said.push(chunk.toString()));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const match = /^Parley is listening on (https?:\/\/\S+)$/.exec(line);
      if (match) resolve(match[1]!.replace(/\/$/, ''));
      else if (said.length < 200) said.push(`${line}\n`);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened:\n${said.join('')}`)));
  });
}
