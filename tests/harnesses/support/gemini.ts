import { geminiProgram } from './programs.ts';
import type { Outcome, Team } from './team.ts';

const events = ['SessionStart', 'BeforeAgent', 'BeforeTool', 'AfterTool', 'AfterAgent', 'Notification', 'SessionEnd'];

/** Gemini CLI, at the fake model. */
export class Gemini {
  static readonly package = '@google/gemini-cli';
  readonly #team: Team;

  private constructor(team: Team) {
    this.#team = team;
  }

  static async setUp(team: Team): Promise<Gemini> {
    const hooks = [{ hooks: [{ type: 'command', name: 'parley', command: team.hook, timeout: 5_000 }] }];
    return await Gemini.bare(team, { hooks: Object.fromEntries(events.map((event) => [event, hooks])) });
  }

  /** Sets it up, without hooks.
   * @param more Further settings. */
  static async bare(team: Team, more: object = {}): Promise<Gemini> {
    await team.write('home/.gemini/settings.json', {
      security: { auth: { selectedType: 'gemini-api-key' } },
      general: { enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      telemetry: { enabled: false },
      ...more,
    });
    return new Gemini(team);
  }

  get environment(): NodeJS.ProcessEnv {
    return { GOOGLE_GEMINI_BASE_URL: this.#team.model.url, GEMINI_API_KEY: 'any', GEMINI_CLI_TRUST_WORKSPACE: 'true' };
  }

  async run(prompt: string, ...more: string[]): Promise<Outcome> {
    return this.#team.run(process.execPath, [geminiProgram, '--yolo', ...more, '-p', prompt], this.environment);
  }
}
