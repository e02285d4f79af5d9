import { copilotProgram } from './programs.ts';
import type { Outcome, Team } from './team.ts';

/** In Pascal case, with which the input is like Claude Code's. */
const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop', 'PermissionRequest', 'Notification', 'SessionEnd'];

/** GitHub Copilot CLI, at the fake model. */
export class Copilot {
  static readonly package = '@github/copilot-linux-x64';
  readonly #team: Team;

  private constructor(team: Team) {
    this.#team = team;
  }

  static async setUp(team: Team): Promise<Copilot> {
    const hooks = [{ type: 'command', bash: team.hook, timeoutSec: 5 }];
    await team.write('home/.copilot/hooks/parley.json', { version: 1, hooks: Object.fromEntries(events.map((event) => [event, hooks])) });
    return Copilot.bare(team);
  }

  /** Sets it up, without hooks. */
  static bare(team: Team): Copilot {
    return new Copilot(team);
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      COPILOT_OFFLINE: 'true',
      COPILOT_PROVIDER_BASE_URL: `${this.#team.model.url}/v1`,
      COPILOT_MODEL: 'fake-model',
      COPILOT_PROVIDER_API_KEY: 'any',
      COPILOT_HOME: `${this.#team.home}/.copilot`,
    };
  }

  async run(prompt: string, ...more: string[]): Promise<Outcome> {
    return this.#team.run(copilotProgram, ['--allow-all-tools', ...more, '-p', prompt], this.environment);
  }
}
