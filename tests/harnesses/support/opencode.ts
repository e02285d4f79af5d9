import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { opencodeProgram, packages, versionOf } from './programs.ts';
import type { Outcome, Team } from './team.ts';

const plugin = process.env['PLUGIN'] ?? fileURLToPath(new URL('../../../clients/opencode/parley.js', import.meta.url));

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
    // It fetches this package at its start, although it is there, and tries for a minute where there is no network.
    await team.write('home/.npmrc', 'fetch-retries=0\n');
    await team.write('home/.config/opencode/package.json', { dependencies: { '@opencode-ai/plugin': versionOf('@opencode-ai/plugin') } });
    await mkdir(join(team.home, '.config/opencode/node_modules'), { recursive: true });
    await symlink(join(packages, '@opencode-ai'), join(team.home, '.config/opencode/node_modules/@opencode-ai'));
    await mkdir(join(team.home, '.config/opencode/plugins'), { recursive: true });
    await copyFile(plugin, join(team.home, '.config/opencode/plugins/parley.js'));
    return new OpenCode(team);
  }

  async run(prompt: string, ...more: string[]): Promise<Outcome> {
    return this.#team.run(opencodeProgram, ['run', '--print-logs', ...more, prompt], { OPENCODE_DISABLE_AUTOUPDATE: '1', OPENCODE_DISABLE_MODELS_FETCH: '1' });
  }
}
