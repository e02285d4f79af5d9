import { Pane } from './pane.ts';
import { codexProgram } from './programs.ts';
import { wakerCommand, type Outcome, type Team } from './team.ts';

const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop', 'Interrupt', 'PermissionRequest', 'SessionEnd'];

/** Codex, at the fake model. */
export class Codex {
  static readonly package = '@openai/codex';
  readonly #team: Team;

  private constructor(team: Team) {
    this.#team = team;
  }

  static async setUp(team: Team): Promise<Codex> {
    const hooks = [{ hooks: [{ type: 'command', command: team.hook, timeout: 3 }] }];
    await team.write('home/.codex/hooks.json', { hooks: Object.fromEntries(events.map((event) => [event, hooks])) });
    return await Codex.bare(team);
  }

  /** Sets it up, without hooks. */
  static async bare(team: Team): Promise<Codex> {
    const settings = `
model = "gpt-5.2-codex"
model_provider = "fake"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false

[model_providers.fake]
name = "fake"
base_url = "${team.model.url}/v1"
wire_api = "responses"
env_key = "FAKE_KEY"

[projects."${team.work}"]
trust_level = "trusted"
`;
    await team.write('home/.codex/config.toml', settings);
    return new Codex(team);
  }

  get environment(): NodeJS.ProcessEnv {
    return { CODEX_HOME: `${this.#team.home}/.codex`, FAKE_KEY: 'any' };
  }

  async run(prompt: string, ...more: string[]): Promise<Outcome> {
    const args = ['exec', '--dangerously-bypass-hook-trust', '--skip-git-repo-check', '--json', ...more, prompt];
    return this.#team.run(codexProgram, args, this.environment);
  }

  /** Passes wakes on to its queue. */
  wakes(): void {
    this.#team.beside('sh', ['-c', wakerCommand('queue', codexProgram)], this.environment);
  }

  /** As a person runs it. */
  inTerminal(): Promise<Pane> {
    return Pane.start(this.#team, codexProgram, ['--dangerously-bypass-hook-trust'], this.environment);
  }
}
