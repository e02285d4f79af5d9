import { claudeProgram } from './programs.ts';
import type { Outcome, Team } from './team.ts';

const events = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolBatch', 'Stop', 'StopFailure', 'PermissionRequest', 'Notification', 'SessionEnd'];
const key = 'sk-ant-a-key-that-no-one-checks';

/** Claude Code, at the fake model. */
export class Claude {
  static readonly package = '@anthropic-ai/claude-code-linux-x64';
  readonly #team: Team;

  private constructor(team: Team) {
    this.#team = team;
  }

  /** Sets it up with hooks in the user's settings. */
  static async setUp(team: Team): Promise<Claude> {
    const hook = { type: 'command', command: team.hook, timeout: 5 };
    await team.write('home/.claude/settings.json', { hooks: Object.fromEntries(events.map((event) => [event, [{ hooks: [hook] }]])) });
    const approved = { customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] } };
    const trusted = { projects: { [team.work]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } } };
    await team.write('home/.claude/.claude.json', { hasCompletedOnboarding: true, theme: 'dark', ...approved, ...trusted });
    return new Claude(team);
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ANTHROPIC_BASE_URL: this.#team.model.url,
      ANTHROPIC_API_KEY: key,
      CLAUDE_CONFIG_DIR: `${this.#team.home}/.claude`,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      IS_SANDBOX: '1',
    };
  }

  /** One prompt, without a terminal. */
  async run(prompt: string, ...more: string[]): Promise<Outcome> {
    return this.#team.run(claudeProgram, ['-p', prompt, '--allowedTools', 'Bash', 'Agent', 'Task', ...more], this.environment);
  }
}
