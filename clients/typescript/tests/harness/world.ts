import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Agent, Parley, type AgentOptions, type ParleyOptions } from '@parley/client';
import { Server } from '../../../../tests/wire/harness/server.ts';

/** A server of the test's own, which it may kill and start again on the same data, and clients that are closed when the tests are over. */
export class World {
  #server: Server;
  readonly configFolder: string;
  readonly #open: { close(): unknown }[] = [];

  readonly #settings: NodeJS.ProcessEnv;

  private constructor(server: Server, settings: NodeJS.ProcessEnv, configFolder: string) {
    this.#server = server;
    this.#settings = settings;
    this.configFolder = configFolder;
  }

  static async create(more: NodeJS.ProcessEnv = {}): Promise<World> {
    // With a variable of its own, it is never a server that is running already.
    const settings = { PARLEY_LOG_LEVEL: 'error', ...more };
    const server = await Server.start(undefined, settings);
    const world = new World(server, settings, await mkdtemp(join(tmpdir(), 'parley-client-')));
    after(async () => {
      for (const client of world.#open) await client.close();
      await world.#server.remove();
      await rm(world.configFolder, { recursive: true, force: true });
    });
    return world;
  }

  get server(): Server {
    return this.#server;
  }

  /** The administrator, in a project of its own if one is named. */
  parley(options: ParleyOptions = {}): Parley {
    return this.#closed(new Parley({ url: this.#server.url, token: this.#server.adminToken, ...options }));
  }

  async project(settings?: Record<string, number>): Promise<string> {
    const project_id = `p-${randomUUID()}`;
    const body = { project_id, name: 'A test', ...(settings ? { settings } : {}) };
    await this.parley().rest.post('/projects', { body });
    return project_id;
  }

  /** Registers an agent with the administrator's token, and connects with its own. */
  async agent(agentId: string, options: AgentOptions = {}): Promise<Agent> {
    const { url = this.#server.url, project, ...more } = options;
    const { token } = await this.parley({ ...(project ? { project } : {}) }).agents.register({ agent_id: agentId });
    return this.#closed(await Agent.connect({ url, agentId, token: token!, configFolder: this.configFolder, ...more }));
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    await this.#server.kill();
  }

  /** Starts it again on the same data, at another address. */
  async start(): Promise<void> {
    this.#server = await Server.start(this.#server.dataFolder, this.#settings);
  }

  #closed<T extends { close(): unknown }>(client: T): T {
    this.#open.push(client);
    return client;
  }
}

/** The first so many values. */
export async function first<T>(count: number, values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) {
    all.push(value);
    if (all.length === count) break;
  }
  return all;
}
