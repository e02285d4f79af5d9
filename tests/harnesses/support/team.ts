import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, within } from '../../wire/harness/deadline.ts';
import type { Rest } from '../../wire/harness/rest.ts';
import { binary, Server } from '../../wire/harness/server.ts';
import type { Agent, Delivery, Page, SendAnswer, Trace } from '../../wire/harness/wire.ts';
import { FakeModel } from './endpoint.ts';

/** Runs a waker, which waits for the agent's wakes and passes them on. */
export const wakerCommand = (...words: string[]): string =>
  [process.execPath, fileURLToPath(new URL('waker.mjs', import.meta.url)), ...words].map((word) => `'${word}'`).join(' ');

export interface Outcome {
  readonly code: number | null;
  readonly output: string;
  readonly milliseconds: number;
}

/** A Parley server, a fake model, and the agent `worker`, which a real program is to run, with a home and a work folder of its own. */
export class Team {
  readonly server: Server;
  readonly model: FakeModel;
  readonly folder: string;
  readonly #agentToken: string;
  readonly #lead: Rest;
  readonly #closing: (() => Promise<void>)[] = [];

  private constructor(server: Server, model: FakeModel, folder: string, agentToken: string, lead: Rest) {
    this.server = server;
    this.model = model;
    this.folder = folder;
    this.#agentToken = agentToken;
    this.#lead = lead;
  }

  /** Starts it, and removes it after the test. */
  static async start(harness: string): Promise<Team> {
    const server = await Server.start();
    const admin = server.rest(server.adminToken, { project_id: 'default' });
    const register = async (id: string) => (await admin.post('agents/register', { agent_id: id, name: id })).as<Agent>().token!;
    const [worker, lead] = [await register('worker'), await register('lead')];
    const folder = await mkdtemp(join(tmpdir(), 'parley-harness-'));
    const team = new Team(server, await FakeModel.start(), folder, worker, server.rest(lead));
    after(async () => {
      for (const close of team.#closing) await close();
      team.model.stop();
      await server.remove();
      if (process.env['KEEP'] === undefined) await rm(folder, { recursive: true, force: true });
    });
    await mkdir(team.work, { recursive: true });
    await team.write('home/.keep', '');
    const call = `curl -sf --connect-timeout 0.3 -m 2 -H 'Authorization: Bearer ${worker}' --data-binary @- ${server.url}/api/v1/hooks/${harness}`;
    // It keeps what went in and out, for a look at a failure. A hook that fails says nothing, and must not disturb its harness.
    const script = `#!/bin/sh\nin=$(cat)\nout=$(printf %s "$in" | ${call})\nprintf '%s\\n> %s\\n' "$in" "$out" >> '${folder}/hooks.log'\nprintf %s "$out"\nexit 0\n`;
    await team.write('hook.sh', script);
    await chmod(team.hook, 0o755);
    return team;
  }

  /** Closes something after the test, while its folder is still there. */
  atEnd(close: () => Promise<void>): void {
    this.#closing.push(close);
  }

  /** The command that a harness runs at a boundary. */
  get hook(): string {
    return join(this.folder, 'hook.sh');
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  get work(): string {
    return join(this.folder, 'work');
  }

  /** Nothing of the developer's own, whose keys and settings the programs would use. */
  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.home,
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      NO_PROXY: '127.0.0.1,localhost',
      PARLEY_URL: this.server.url,
      PARLEY_AGENT: 'worker',
      PARLEY_TOKEN: this.#agentToken,
    };
  }

  /** Writes a file under the folder of the test. */
  async write(name: string, content: string | object): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return path;
  }

  /** Sends the agent a text as its colleague, and answers the message's id. */
  async say(content: string, surface = 'next_boundary'): Promise<string> {
    return (await this.#lead.post('messages', { to: 'worker', content, surface })).as<SendAnswer>().message_id;
  }

  async delivery(message: string): Promise<Delivery> {
    return (await this.#lead.get(`messages/${message}/trace`)).as<Trace>(200).deliveries[0]!;
  }

  /** Waits until the server knows that the model has read a message, and has acknowledged it. */
  async isRead(message: string): Promise<Delivery> {
    return await eventually(
      'proof that the model read it',
      () => this.delivery(message),
      (one) => one.state === 'acknowledged',
    );
  }

  /** The agents that the server knows. */
  async agents(): Promise<string[]> {
    return (await this.#lead.get('agents')).as<Page<Agent>>(200).items.map((agent) => agent.agent_id);
  }

  /** Waits until the server says that the agent does this. */
  async is(activity: string): Promise<void> {
    const now = async () => (await this.#lead.get('agents/worker')).as<Agent>(200).activity;
    await eventually(`the agent to be ${activity}`, now, (one) => one === activity);
  }

  /** What the hooks were given and answered. */
  async hookLog(): Promise<string> {
    return await readFile(join(this.folder, 'hooks.log'), 'utf8').catch(() => '');
  }

  /** The names of the events that the harness told its hooks. */
  async events(): Promise<string[]> {
    return [...(await this.hookLog()).matchAll(/"hook_event_name":\s*"(\w+)"/g)].map((match) => match[1]!);
  }

  /** Lets `parley hook install` change the settings of a harness, as a user would. */
  async install(harness: string, environment: NodeJS.ProcessEnv): Promise<void> {
    const { code, output } = await this.run(binary, ['hook', 'install', harness, '--user'], environment);
    if (code !== 0) throw new Error(`parley hook install ${harness} ended with ${code}:\n${output}`);
  }

  /** Starts a program beside the harness, until the test is over. */
  beside(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
    const child = spawn(program, args, { cwd: this.work, env: { ...this.environment, ...environment }, stdio: 'ignore' });
    after(() => child.kill('SIGKILL'));
  }

  /** Runs a program to its end in the work folder. */
  async run(program: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const started = performance.now();
    const child = spawn(program, args, { cwd: this.work, env: { ...this.environment, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    after(() => child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    try {
      const code = await within(`${program} to end`, ended, 180_000);
      return { code, output, milliseconds: performance.now() - started };
    } catch (fault) {
      child.kill('SIGKILL');
      throw new Error(`${String(fault)}\n${output.slice(-4000)}`);
    }
  }
}
