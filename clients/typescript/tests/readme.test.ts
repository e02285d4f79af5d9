import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { eventually, patience } from '../../../tests/wire/harness/deadline.ts';
import { run } from '../../../tests/wire/harness/tools.ts';
import { installed } from './harness/installed.ts';
import { World } from './harness/world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Block {
  readonly line: number;
  readonly language: string;
  readonly marks: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = page.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const opening = /^```(\w+) ?(.*)$/.exec(lines[at]!);
    if (!opening) continue;
    const end = lines.indexOf('```', at + 1);
    blocks.push({ line: at + 1, language: opening[1]!, marks: opening[2]!, text: lines.slice(at + 1, end).join('\n') });
    at = end;
  }
  return blocks;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('The README', () => {
  it('does what it says, program by program, and all of it is strict TypeScript', { timeout: 3 * patience }, async () => {
    const port = await freePort();
    const world = await World.create({ PARLEY_CORS_ORIGINS: `http://127.0.0.1:${port}` });
    const folder = await installed({});
    await symlink(join(root, 'node_modules/.bin'), join(folder, 'node_modules/.bin'), 'dir');
    const be1 = await world.parley().agents.register({ agent_id: 'be-1' });
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      PARLEY_BIN: undefined,
      PARLEY_DATA: world.server.dataFolder,
      XDG_CONFIG_HOME: await mkdtemp(join(folder, 'config-')),
      PARLEY_URL: world.server.url,
      BE_1_TOKEN: be1.token!,
      NO_COLOR: '1',
    };
    const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
    const mine = (text: string) => text.replaceAll('http://127.0.0.1:8080', world.server.url).replaceAll('3000', String(port));
    const files: string[] = [];
    let printed = '';
    for (const { line, language, marks, text } of blocksOf(await readFile(join(root, 'README.md'), 'utf8'))) {
      const place = `README.md:${line}`;
      const opens = /opens=(\S+)/.exec(marks)?.[1];
      if (marks.startsWith('not-run:')) continue;
      if (language === 'ts') {
        const name = /file=(\S+)/.exec(marks)?.[1] ?? `block-${line}.ts`;
        files.push(name);
        await writeFile(join(folder, name), `${mine(text)}\n`);
        if (marks.startsWith('file=')) continue;
        const { code, output } = await run(process.execPath, ['--import', tsx, name], { cwd: folder, env, timeout: patience });
        assert.equal(code, 0, `${place}: ${output}`);
        printed = output;
      } else if (language === 'sh' && marks === 'stays') {
        const child = spawn('bash', ['-c', `exec ${mine(text)}`], { cwd: folder, env, stdio: 'ignore', detached: true });
        after(() => {
          try {
            process.kill(-child.pid!, 'SIGKILL');
          } catch {
            // It has ended.
          }
        });
      } else if (language === 'sh') {
        const { code, output } = await run('bash', ['-c', mine(text)], { cwd: folder, env });
        assert.equal(code, 0, `${place}: ${output}`);
      } else if (opens !== undefined) assert.equal(await seenIn(mine(opens), text), text, place);
      else assert.equal(lines(printed), lines(text), place);
    }

    const flags = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--skipLibCheck', '--target', 'es2023', '--module', 'nodenext'];
    const types = ['--lib', 'es2023,dom,esnext.disposable', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const checked = await run(join(root, 'node_modules/.bin/tsc'), [...flags, ...types, ...files], { cwd: folder });
    assert.equal(checked.code, 0, checked.output);
  });
});

function lines(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** What a page shows, as soon as it shows this much. */
async function seenIn(url: string, expected: string): Promise<string> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage();
    await eventually(
      'the backend',
      () =>
        page.goto(url).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    const text = () => page.evaluate('document.body.innerText') as Promise<string>;
    return (
      await eventually('the page', text, (shown) => shown.trim().split('\n').length >= expected.split('\n').length && shown.trim() !== '')
    ).trim();
  } finally {
    await browser.close();
  }
}
