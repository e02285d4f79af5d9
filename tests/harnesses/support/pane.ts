import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../wire/harness/deadline.ts';
import type { Team } from './team.ts';

const execute = promisify(execFile);
/** Codex takes Enter right after a paste for a part of it. */
const beforeEnter = 300;

/** A terminal of tmux, with a tmux server of its own, in which a program runs as a person would run it. */
export class Pane {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  static async start(team: Team, program: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Pane> {
    const pane = new Pane(join(team.folder, 'tmux'));
    const variables = Object.entries({ ...team.environment, ...environment }).map(([name, value]) => `${name}=${value}`);
    const command = ['env', '-i', ...variables, program, ...args];
    team.atEnd(() => pane.close());
    await pane.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '160', '-y', '50', '-c', team.work, ...command);
    return pane;
  }

  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p', '-t', '%0')).stdout;
  }

  /** Waits until the screen shows something. */
  async shows(what: RegExp): Promise<void> {
    await eventually(
      `${what} on the screen`,
      () => this.screen(),
      (screen) => what.test(screen),
    );
  }

  /** Types a prompt, and submits it. */
  async prompt(text: string): Promise<void> {
    await this.#tmux('set-buffer', '-b', 'prompt', text);
    await this.#tmux('paste-buffer', '-p', '-d', '-b', 'prompt', '-t', '%0');
    await eventually(
      'the prompt on the screen',
      () => this.screen(),
      (screen) => screen.includes(text),
    );
    await new Promise((resolve) => setTimeout(resolve, beforeEnter));
    await this.key('Enter');
  }

  /** Presses Enter until a dialog is gone. Claude Code takes no key in a dialog's first moments. */
  async accepts(dialog: RegExp): Promise<void> {
    const isThere = async () => {
      const shown = dialog.test(await this.screen());
      if (shown) await this.key('Enter');
      return shown;
    };
    await eventually(`${dialog} to go`, isThere, (shown) => !shown);
  }

  async key(name: string): Promise<void> {
    await this.#tmux('send-keys', '-t', '%0', name);
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  #tmux(...args: string[]): Promise<{ stdout: string }> {
    return execute('tmux', ['-S', this.#socket, ...args]);
  }
}
