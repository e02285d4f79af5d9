import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../../../../tests/wire/harness/tools.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An empty folder with these files, into which the package is installed as a stranger would. */
export async function installed(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-package-'));
  after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  // Built already: two builds at once would meet in the same folder.
  await succeeds(['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], root);
  const [packed] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  await succeeds(['install', '--no-audit', '--no-fund', '--prefer-offline', '--silent', `./${packed}`], folder);
  return folder;
}

async function succeeds(args: string[], cwd: string): Promise<void> {
  const { code, output } = await run('npm', args, { cwd });
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${output}`);
}
