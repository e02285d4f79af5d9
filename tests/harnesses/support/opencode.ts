import { spawn } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { within } from '../../wire/harness/deadline.ts';
import { opencodeProgram } from './programs.ts';
import type { Outcome, Team } from './team.ts';

const plugin = process.env['PLUGIN'] ?? fileURLToPath(new URL('../../../clients/opencode/parley.js', import.meta.url));

const environment = { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' };

/** OpenCode, at the fake model, with Parley's plugin. */
export class OpenCode {
  static readonly package = 'opencode-linux-x64';
  readonly #team: Team;

  private constructor(team: Team) {
    this.#team = team;
  }

  static async setUp(team: Team): Promise<OpenCode> {
    const settings = {
      model: 'fake/fake-model',
      small_model: 'fake/fake-model',
      autoupdate: false,
      share: 'disabled',
      provider: {
        fake: {
          npm: '@ai-sdk/openai-compatible',
          name: 'Fake',
          options: { baseURL: `${team.model.url}/v1`, apiKey: 'any' },
          models: { 'fake-model': { name: 'Fake', tool_call: true, limit: { context: 200_000, output: 8_000 } } },
        },
      },
      permission: { bash: 'allow', edit: 'allow' },
    };
    await team.write('home/.config/opencode/opencode.json', settings);
    // At its start, it fetches the types of plugins, and tries for a minute where there is no network.
    await team.write('home/.npmrc', 'fetch-retries=0\n');
    await mkdir(join(team.home, '.config/opencode/plugins'), { recursive: true });
    await copyFile(plugin, join(team.home, '.config/opencode/plugins/parley.js'));
    return new OpenCode(team);
  }

  /** One prompt, without a terminal.
   * @param more Variables besides its own. */
  async run(prompt: string, more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.#team.run(opencodeProgram, ['run', '--print-logs', prompt], { ...environment, ...more });
  }

  /** Its server, as its terminal and other clients use it. */
  async serve(): Promise<OpenCodeServer> {
    const child = spawn(opencodeProgram, ['serve', '--port', '0', '--hostname', '127.0.0.1'], {
      cwd: this.#team.work,
      env: { ...this.#team.environment, ...environment },
    });
    after(() => child.kill('SIGKILL'));
    let output = '';
    const address = new Promise<string>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString();
          const found = /(http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
          if (found !== undefined) resolve(found);
        });
    });
    return new OpenCodeServer(await within('OpenCode to listen', address));
  }
}

export class OpenCodeServer {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async session(): Promise<string> {
    return ((await this.#post('/session', {})) as { id: string }).id;
  }

  /** Begins a turn, or adds to the one that goes on. */
  async prompt(session: string, text: string): Promise<void> {
    await this.#post(`/session/${session}/prompt_async`, { parts: [{ type: 'text', text }] });
  }

  /** As the Escape key does. */
  async interrupt(session: string): Promise<void> {
    await this.#post(`/session/${session}/abort`, {});
  }

  async #post(path: string, body: object): Promise<unknown> {
    const answer = await fetch(`${this.#url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
