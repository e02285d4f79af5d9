import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { patience } from '../../../tests/wire/harness/deadline.ts';
import { run } from '../../../tests/wire/harness/tools.ts';
import { typesFrom } from '../scripts/types-from.ts';
import { installed } from './harness/installed.ts';
import { World } from './harness/world.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const world = await World.create();

describe('The package', () => {
  it('has the types that the server describes', { timeout: patience }, async () => {
    const types = await readFile(join(root, 'src/generated/schema.ts'), 'utf8');
    assert.ok(
      types === (await typesFrom(`${world.server.url}/openapi/v1.json`)),
      'src/generated/schema.ts is out of date. Run: npm run generate',
    );
  });

  it('is less than 15 KB in a page, without anything of Node.js', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(root, 'dist/index.js')],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      metafile: true,
      legalComments: 'none',
    });
    const size = brotliCompressSync(outputFiles[0]!.contents).length;
    assert.ok(size < 15_000, `${size} bytes`);
    assert.deepEqual(
      Object.keys(metafile.inputs).filter((path) => /node_modules|node\.js|location\.js|token-file/.test(path)),
      [],
    );
  });

  it('is installed into an empty folder, and used from JavaScript and from strict TypeScript', { timeout: 2 * patience }, async () => {
    const folder = await installed({
      'agent.mjs': `
        import { Agent, Parley } from '@parley/client';
        const ada = await Agent.connect('ada');
        await ada.send('ada', 'to myself');
        for await (const message of ada.messages()) {
          console.log(message.content);
          await message.ack({ confirm: true });
          break;
        }
        await ada.close();
        console.log((await new Parley().agents.get('ada')).agent_id);
      `,
      'agent.ts': `
        import { Agent, AgentError, Parley, ParleyError, type FeedEntry, type Message } from '@parley/client';
        const parley: Parley = new Parley({ url: 'http://localhost:8080', token: 't' });
        const feed = await parley.subscribe({ tasks: { status: 'pending' }, messages: {} }, { snapshot: true });
        for await (const entry of feed) {
          const any: FeedEntry<'tasks' | 'messages'> = entry;
          if (entry.feed === 'tasks' && entry.op === 'put') console.log(entry.item.title.length, any.op);
        }
        const agent = await Agent.connect({ name: 'A', capabilities: ['x'] });
        try {
          const reply: Message = await agent.request({ to: 'b', content: 'c', priority: 3 }, { timeout: 1 });
          console.log(reply.content?.length);
        } catch (error) {
          if (error instanceof AgentError) console.log(error.reply.sender_id);
          if (error instanceof ParleyError) console.log(error.errors['to']?.[0], error.retryAfter);
        }
        const page = await parley.rest.get('/agents/{agent_id}', { path: { agent_id: 'a' } });
        console.log(page.capabilities.map((word) => word.length));
        // @ts-expect-error There is no such path.
        await parley.rest.get('/nothing');
        // @ts-expect-error A task has a title.
        await parley.tasks.create({});
        // @ts-expect-error The path needs its parameter.
        await parley.rest.get('/agents/{agent_id}');
      `,
    });
    const env = { ...process.env, PARLEY_DATA: world.server.dataFolder, XDG_CONFIG_HOME: join(folder, 'config'), PARLEY_BIN: undefined };
    const said = await run(process.execPath, ['agent.mjs'], { cwd: folder, env });
    assert.deepEqual(said, { code: 0, output: 'to myself\nada\n' });

    const tsc = join(root, 'node_modules/.bin/tsc');
    for (const options of [
      ['--module', 'nodenext', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')],
      ['--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2023,dom,esnext.disposable'],
    ]) {
      const flags = [
        '--noEmit',
        '--strict',
        '--exactOptionalPropertyTypes',
        '--noUncheckedIndexedAccess',
        '--target',
        'es2022',
        ...options,
      ];
      const checked = await run(tsc, [...flags, 'agent.ts'], { cwd: folder });
      assert.equal(checked.code, 0, checked.output);
    }
  });
});
