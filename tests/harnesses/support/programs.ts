import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const wanted = fileURLToPath(new URL('../programs/', import.meta.url));
const lock = readFileSync(join(wanted, 'package-lock.json'));

/** More than a gigabyte, so outside the tree, and kept until the versions change. */
const folder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'parley-harnesses',
  createHash('sha256').update(lock).digest('hex').slice(0, 12),
);
export const packages = join(folder, 'node_modules');

/** Where the programs are. */
export const claudeProgram = join(packages, '@anthropic-ai/claude-code-linux-x64/claude');
export const codexProgram = join(packages, '@openai/codex/vendor/x86_64-unknown-linux-musl/bin/codex');
export const opencodeProgram = join(packages, 'opencode-linux-x64/bin/opencode');
export const copilotProgram = join(packages, '@github/copilot-linux-x64/copilot');
export const geminiProgram = join(packages, '@google/gemini-cli/bundle/gemini.js');

/** The version of a program that the tests run. */
export function versionOf(name: string): string {
  return (JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Installs the programs, unless they are there. */
function install(): void {
  if (existsSync(packages)) return;
  // Under another name until it is complete, so that an interrupted installation is not taken for one.
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  for (const name of readdirSync(wanted)) copyFileSync(join(wanted, name), join(partial, name));
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: partial, stdio: 'inherit' });
  renameSync(partial, folder);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) install();
