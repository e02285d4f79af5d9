import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { upgradeStatus } from '../harness/socket.ts';

const server = await startServer();

describe('A path', { concurrency: 4 }, () => {
  it('that leads nowhere is not found', async () => {
    const project = await TestProject.create(server);
    for (const path of [
      'nothing',
      'agents/ada/nothing',
      'messages/a/b/c',
      '/api/v2/agents',
      '/nothing',
      'agents/ada/../../nothing',
      'sse/nothing/x',
    ])
      (await project.admin.get(path)).problem(404, 'not_found');
  });

  it('does not know every method', async () => {
    const project = await TestProject.create(server);
    for (const [method, path] of [
      ['DELETE', 'messages'],
      ['PATCH', 'agents'],
      ['GET', 'broadcast'],
      ['PUT', 'messages/batch'],
      ['GET', 'acks'],
      ['POST', '/health'],
    ] as const) {
      const answer = await project.admin.call(method, path);
      answer.problem(405, 'method_not_allowed');
      assert.ok((answer.headers.get('allow') ?? '').length > 0, `${answer}: Allow`);
    }
  });

  it('with special characters is treated like any other', async () => {
    const project = await TestProject.create(server);
    await project.agent('ada');
    for (const trick of [
      '%00',
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      'a%00b',
      '%ff%fe',
      'a%0d%0ab',
      '%',
      'x'.repeat(3_000),
      "'%20OR%201=1--",
      '%F0%9F%91%8D',
      'ada%20',
      '*',
      '%2F',
    ])
      for (const path of [
        `/api/v1/agents/${trick}`,
        `/api/v1/messages/${trick}`,
        `/api/v1/threads/${trick}`,
        `/api/v1/squads/${trick}`,
        `/api/v1/executions/${trick}`,
        `/api/v1/projects/${trick}`,
      ]) {
        const { status, type } = await raw('GET', path);
        assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
        assert.match(type, /problem\+json/, path);
      }
  });

  it('that is much too long is refused', async () => {
    for (const path of [`/api/v1/agents?q=${'x'.repeat(100_000)}`, `/${'x'.repeat(100_000)}`]) {
      const { status } = await raw('GET', path);
      assert.ok(status >= 400 && status < 500, `${status}`);
    }
  });
});

describe('A body', { concurrency: 4 }, () => {
  it('that is much too large is refused, with or without Content-Length', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const megabytes = 64 * 1024 * 1024;
    const announced = await raw('POST', '/api/v1/messages', { headers: { 'content-length': `${megabytes}` }, token: ada.token });
    assert.equal(announced.status, 413);
    const headers = { 'transfer-encoding': 'chunked' };
    const chunked = await raw('POST', '/api/v1/messages', { headers, body: Buffer.alloc(megabytes, ' '), token: ada.token });
    assert.equal(chunked.status, 413);
    await ada.tell('bob', 'still here');
  });

  it('must have a JSON content type', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const body = JSON.stringify({ to: 'bob', content: 'x' });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x'])
      (await ada.rest.post('messages', undefined, { raw: body, headers: { 'content-type': type } })).problem(415, 'unsupported_media_type');
    for (const type of ['application/json', 'application/json; charset=utf-8'])
      (await ada.rest.post('messages', undefined, { raw: body, headers: { 'content-type': type } })).as(201);
  });
});

describe('A page from another origin', { concurrency: 4 }, () => {
  it('cannot talk to the server', async () => {
    const headers = { origin: 'https://evil.example', authorization: `Bearer ${server.adminToken}` };
    const answer = await fetch(`${server.url}/api/v1/agents`, { headers });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    await answer.body?.cancel();

    const preflight = await fetch(`${server.url}/api/v1/messages`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
    await preflight.body?.cancel();
  });

  it('cannot use another host name of the machine', async () => {
    const { status } = await raw('GET', '/api/v1/agents', { headers: { host: 'evil.example' }, token: server.adminToken });
    assert.ok(status >= 400 && status < 500, `${status}`);
    const options = { token: server.adminToken, headers: { host: 'evil.example' } };
    const upgrade = await upgradeStatus(server.url, '/ws/human', options);
    assert.ok(upgrade >= 400 && upgrade < 500, `${upgrade}`);
  });
});

/** A request as it is written, since `fetch` would tidy it. */
function raw(method: string, path: string, options: { headers?: Record<string, string>; body?: Uint8Array; token?: string } = {}) {
  return new Promise<{ status: number; type: string }>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const headers = {
      authorization: `Bearer ${options.token ?? server.adminToken}`,
      'content-type': 'application/json',
      ...options.headers,
    };
    let answered = false;
    const call = request({ hostname, port, method, path, headers }, (response) => {
      answered = true;
      response.resume();
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '' });
      call.destroy();
    });
    // A server that refuses early may close while the body is still on its way.
    call.on('error', (error) => !answered && reject(error));
    if (options.headers?.['content-length'] !== undefined) call.flushHeaders();
    else call.end(options.body);
  });
}
