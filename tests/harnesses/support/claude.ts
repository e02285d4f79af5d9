import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { eventually } from '../../wire/harness/deadline.ts';
import { Pane } from './pane.ts';
import { claudeProgram } from './programs.ts';
import { wakerCommand, type Outcome, type Team } from './team.ts';

const events = [
  'SessionStart',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolBatch',
  'Stop',
  'StopFailure',
  'PermissionRequest',
  'Notification',
  'SessionEnd',
];
const key = 'sk-ant-a-key-that-no-one-checks';

/** Claude Code, at the fake model. */
export class Claude {
  static readonly package = '@anthropic-ai/claude-code-linux-x64';
  readonly #team: Team;

  private constructor(team: Team) {
    this.#team = team;
  }

  /** Sets it up, without hooks. */
  static async bare(team: Team): Promise<Claude> {
    const approved = { customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] } };
    const trusted = { projects: { [team.work]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true } } };
    await team.write('home/.claude/.claude.json', { hasCompletedOnboarding: true, theme: 'dark', ...approved, ...trusted });
    return new Claude(team);
  }

  /** Sets it up with hooks in the user's settings.
   * @param waker A way to wake it when it is idle. */
  static async setUp(team: Team, waker?: 'waiter' | 'socket'): Promise<Claude> {
    const hook = { type: 'command', command: team.hook, timeout: 5 };
    const inBackground = waker === 'waiter' ? { asyncRewake: true } : { async: true };
    const wakes = { type: 'command', command: wakerCommand(waker ?? ''), timeout: 86_400, ...inBackground };
    const wakesAt = { waiter: 'Stop', socket: 'SessionStart', '': '' }[waker ?? ''];
    await team.write('home/.claude/settings.json', {
      hooks: Object.fromEntries(events.map((event) => [event, [{ hooks: event === wakesAt ? [hook, wakes] : [hook] }]])),
    });
    return await Claude.bare(team);
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

  /** A session without a terminal that takes one prompt after the other. */
  open(): ClaudeSession {
    const args = ['-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose', '--allowedTools', 'Bash'];
    const child = spawn(claudeProgram, args, { cwd: this.#team.work, env: { ...this.#team.environment, ...this.environment } });
    after(() => child.kill('SIGKILL'));
    return new ClaudeSession(child);
  }

  /** As a person runs it. */
  inTerminal(...more: string[]): Promise<Pane> {
    return Pane.start(this.#team, claudeProgram, more, this.environment);
  }
}

export class ClaudeSession {
  readonly said: { readonly type: string; readonly subtype?: string }[] = [];
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.resume();
    createInterface({ input: child.stdout }).on('line', (line) => this.said.push(JSON.parse(line)));
  }

  prompt(content: string): void {
    this.#write({ type: 'user', message: { role: 'user', content } });
  }

  /** As the Escape key does. */
  interrupt(): void {
    this.#write({ type: 'control_request', request_id: 'stop', request: { subtype: 'interrupt' } });
  }

  /** Waits until so many turns have ended. */
  async ended(turns: number): Promise<void> {
    const ended = async () => this.said.filter((one) => one.type === 'result').length;
    await eventually(`the end of turn ${turns}`, ended, (count) => count >= turns);
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  #write(message: object): void {
    this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }
}
