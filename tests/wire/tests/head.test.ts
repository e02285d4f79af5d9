import assert from 'node:assert/strict';
import { it } from 'node:test';
import { within } from '../harness/deadline.ts';
import { ApiDocument } from '../harness/document.ts';
import { startServer } from '../harness/server.ts';
import { World } from '../harness/world.ts';

const server = await startServer();
const document = await ApiDocument.of(server);

it('HEAD is answered wherever GET is, with the same status and headers, and no body; a stream ends with its head', async () => {
  const world = await World.create(server);
  const values: Record<string, string> = {
    project_id: world.project.id,
    agent_id: 'bob',
    squad_id: 'alpha',
    message_id: world.message,
    thread_id: world.thread,
    execution_id: world.execution,
    id: world.execution,
    key: 'a/b',
    task_id: 'build',
  };
  const described = document.operations
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name]!)));
  assert.ok(described.length > 30, `${described.length} paths`);
  const others = [
    '/',
    '/docs/index.html',
    '/docs/errors',
    '/openapi/v1.json',
    '/asyncapi.json',
    '/workflow.schema.json',
    '/nothing',
    '/api/v1/agents/nobody',
    '/api/v1/broadcast',
  ];
  const headers = { authorization: `Bearer ${server.adminToken}` };
  for (const path of [...described, ...others]) {
    const url = `${server.url}${path}?${path.startsWith('/api/') && !path.includes(`/${world.project.id}`) ? `project_id=${world.project.id}` : ''}`;
    const abort = new AbortController();
    const got = await within(`GET ${path}`, fetch(url, { headers, signal: abort.signal }));
    const isStream = got.headers.get('content-type')?.startsWith('text/event-stream') === true;
    // What lives may be longer a moment later; a page is not. A problem names the method.
    const kept = others.includes(path) && got.status < 400 ? ['content-length'] : [];
    if (!isStream) await got.arrayBuffer();
    abort.abort();
    const head = await within(`HEAD ${path}`, fetch(url, { method: 'HEAD', headers }));
    assert.equal((await within(`the end of HEAD ${path}`, head.arrayBuffer())).byteLength, 0, path);
    assert.equal(head.status, got.status, path);
    assert.equal(head.headers.has('content-length'), got.headers.has('content-length'), path);
    for (const name of ['content-type', 'etag', 'cache-control', 'vary', 'allow', ...kept])
      assert.equal(head.headers.get(name), got.headers.get(name), `${path}: ${name}`);
  }
  const refused = await fetch(`${server.url}/api/v1/stats`, { method: 'POST', headers });
  await refused.body?.cancel();
  assert.deepEqual(refused.headers.get('allow')?.split(/, ?/).sort(), ['GET', 'HEAD']);
});
