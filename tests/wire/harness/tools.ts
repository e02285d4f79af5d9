import { execFile, type ExecFileOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const wire = fileURLToPath(new URL('..', import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end, and answers what it said. */
export function run(program: string, args: readonly string[], options: ExecFileOptions = {}): Promise<Outcome> {
  const environment = { ...process.env, NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', ...options.env };
  return new Promise((resolve, reject) =>
    execFile(program, args, { cwd: wire, maxBuffer: 64 << 20, ...options, env: environment }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, output: `${stdout}${stderr}` });
      else reject(error as Error);
    }),
  );
}

/** Runs a tool that a package of these tests brings. */
export function runTool(name: string, ...args: string[]): Promise<Outcome> {
  return run(fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url)), args);
}
