import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ApiDocument } from '../harness/document.ts';
import { startServer } from '../harness/server.ts';
import { run, runTool } from '../harness/tools.ts';

const server = await startServer();
const document = await ApiDocument.of(server);

/** A folder with the files of one of ours, and the document. */
async function workshop(name: string, parent: string): Promise<string> {
  const folder = await mkdtemp(join(parent, 'run-'));
  after(() => rm(folder, { recursive: true, force: true }));
  await cp(ours(name), folder, { recursive: true, filter: (path) => !path.includes('run-') || path.startsWith(folder) });
  await writeFile(join(folder, 'openapi.json'), document.text);
  return folder;
}

function ours(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

describe('A client that a stock generator creates from the document', () => {
  it('is strict TypeScript, and sends, claims and acknowledges', async () => {
    // Where packages are found by those who look upwards.
    const folder = await workshop('generated', ours('node_modules'));
    const made = await runTool('openapi-typescript', join(folder, 'openapi.json'), '--output', join(folder, 'schema.ts'));
    assert.equal(made.code, 0, made.output);
    const checked = await runTool('tsc', '--project', folder);
    assert.equal(checked.code, 0, checked.output);
    const said = await run(process.execPath, ['--import', 'tsx', join(folder, 'conversation.ts'), server.url, server.adminToken]);
    assert.deepEqual(said, { code: 0, output: 'acknowledged 2\n' });
  });

  it('is C#, compiles, and sends, claims and acknowledges', async () => {
    // Outside of the repository, whose settings of .NET are not a stranger's.
    const folder = await workshop('kiota', tmpdir());
    const options = {
      cwd: folder,
      env: {
        DOTNET_CLI_TELEMETRY_OPTOUT: '1',
        DOTNET_NOLOGO: '1',
        KIOTA_CLI_TELEMETRY_OPTOUT: '1',
        KIOTA_TUTORIAL_ENABLED: 'false',
        KIOTA_OFFLINE_ENABLED: 'true',
      },
    };
    const restored = await run('dotnet', ['tool', 'restore'], options);
    assert.equal(restored.code, 0, restored.output);
    const generate = [
      'kiota',
      'generate',
      '--language',
      'CSharp',
      '--openapi',
      'openapi.json',
      '--output',
      'Generated',
      '--class-name',
      'ParleyClient',
    ];
    const made = await run('dotnet', [...generate, '--namespace-name', 'Generated'], options);
    assert.equal(made.code, 0, made.output);
    assert.doesNotMatch(made.output, /^(warn|crit|fail):/m, made.output);
    const built = await run('dotnet', ['build', '--output', 'out', '--verbosity', 'quiet'], options);
    assert.equal(built.code, 0, built.output);
    const said = await run('dotnet', [join('out', 'Client.dll'), server.url, server.adminToken], options);
    assert.deepEqual(said, { code: 0, output: 'refused: unknown_recipient\npriority 3, acknowledged 2\n' });
  });
});
