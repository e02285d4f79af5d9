import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { upgradeStatus } from '../harness/socket.ts';
import { EventStream } from '../harness/stream.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { Agent, Page, Token } from '../harness/wire.ts';

const server = await startServer();
const fields = ['token_id', 'kind', 'project_id', 'agent_id', 'created_at', 'expires_at', 'last_used_at'];

describe('A token', { concurrency: 4 }, () => {
  it('is shown once, and then only described', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    const made = await project.token({ kind: 'agent', agent_id: 'ada' });

    assertFields(made, [...fields, 'token']);
    assert.deepEqual([made.kind, made.project_id, made.agent_id, made.expires_at], ['agent', project.id, 'ada', null]);
    assert.ok(made.token.length >= 32);
    const list = await project.admin.get('tokens', { limit: 500 });
    const { items } = list.as<Page<Token>>(200);
    const found = items.find((one) => one.token_id === made.token_id);
    assertFields(found!, fields);
    for (const secret of [made.token, ada.token, server.adminToken, server.joinToken]) assert.ok(!list.text.includes(secret));
    (await project.as(made.token).get('agents/ada')).as<Agent>(200);
  });

  it('of every kind does what its kind may', async () => {
    const project = await TestProject.create(server);
    await project.agent('olga', { type: 'human' });
    for (const [kind, agent] of [['admin'], ['operator', 'olga'], ['agent', 'olga'], ['join'], ['observer']] as const) {
      const made = await project.token({ kind, ...(agent === undefined ? {} : { agent_id: agent }) });
      assert.equal(made.kind, kind);
      (await project.as(made.token).get('projects/no-such')).problem(
        kind === 'admin' || kind === 'operator' || kind === 'observer' ? 404 : 403,
      );
    }
  });

  it('may be revoked, and then opens nothing', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const made = await project.token({ kind: 'observer' });
    (await project.as(made.token).get('agents')).as(200);

    (await project.admin.delete(`tokens/${made.token_id}`)).succeeds();

    (await project.as(made.token).get('agents')).problem(401, 'unauthorized');
    (await project.admin.delete(`tokens/${made.token_id}`)).problem(404, 'not_found');
    (await ada.rest.get('agents')).as(200);
  });

  it('may expire', async () => {
    const project = await TestProject.create(server);
    const made = await project.expiringToken({ kind: 'observer' }, 1.5);
    const expires = made.expires_at;
    assert.match(expires, time);
    const reading = project.as(made.token);
    const { status } = await reading.get('agents');
    assert.ok(status === 200 || Date.now() >= Date.parse(expires), 'it opens what it is for until then');

    const answer = await eventually(
      'the token to expire',
      () => reading.get('agents'),
      ({ status }) => status !== 200,
    );
    answer.problem(401, 'unauthorized');
    assert.ok(Date.now() >= Date.parse(expires) - 50);
  });

  it('is refused with the name of the invalid field', async () => {
    const project = await TestProject.create(server);
    const cases: [Record<string, unknown>, string][] = [
      [{}, 'kind'],
      [{ kind: 'king' }, 'kind'],
      [{ kind: 'agent' }, 'agent_id'],
      [{ kind: 'operator' }, 'agent_id'],
      [{ kind: 'observer', expires_at: 'soon' }, 'expires_at'],
      [{ kind: 'observer', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
      [{ kind: 'observer', scope: 'all' }, 'scope'],
    ];
    for (const [body, field] of cases)
      assertNames((await project.admin.post('tokens', { project_id: project.id, ...body })).problem(400, 'invalid_request'), field);
    (await project.admin.post('tokens', { kind: 'agent', project_id: project.id, agent_id: 'nobody' })).problem(404);
    (await project.admin.post('tokens', { kind: 'observer', project_id: 'no-such-project' })).problem(404);
  });

  it('of an operator names a person', async () => {
    const project = await TestProject.create(server);
    await project.agent('bot', { type: 'bot' });
    assertNames(
      (await project.admin.post('tokens', { kind: 'operator', project_id: project.id, agent_id: 'bot' })).problem(400, 'invalid_request'),
      'agent_id',
    );
  });

  it('is made by the first start, readable by the owner only', { skip: process.platform === 'win32' }, async () => {
    for (const name of ['admin.token', 'join.token']) {
      const { mode } = await stat(join(server.dataFolder, name));
      assert.equal(mode & 0o777, 0o600, name);
    }
  });

  it('to join registers once for each agent', async () => {
    const join = server.rest(server.joinToken);
    const id = `joined-${Date.now()}`;
    const agent = (await join.post('agents/register', { agent_id: id, name: 'Joined' })).as<Agent>();
    assert.equal(agent.project_id, 'default');
    const rest = server.rest(agent.token!);
    (await rest.get(`agents/${id}`)).as(200);

    const again = await join.post('agents/register', { agent_id: id, name: 'Thief' });

    assert.ok(again.status === 403 || again.status === 409, `${again}`);
    assert.equal((await rest.get(`agents/${id}`)).as<Agent>(200).name, 'Joined');
  });
});

describe('Without a good token', { concurrency: 4 }, () => {
  it('nothing opens', async () => {
    const project = await TestProject.create(server);
    const { headers } = await project.as(null).get('agents');
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer/);
    const forms = [
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      `Basic ${server.adminToken}`,
      server.adminToken,
      `Bearer ${server.adminToken}x`,
      `Bearer ${'x'.repeat(4_000)}`,
    ];
    for (const authorization of forms)
      (await project.as(null).call('GET', 'agents', undefined, { headers: { authorization } })).problem(401, 'unauthorized');
  });

  it('in the header: one in the address is refused', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const name of ['token', 'access_token', 'ticket', 'api_key']) {
      (await project.as(null).get('agents', { [name]: ada.token })).problem(401, 'unauthorized');
      const query = { [name]: ada.token, project_id: project.id };
      assert.equal(await upgradeStatus(server.url, '/ws/ada', { query }), 401);
      assert.equal(await EventStream.status(project.as(null), `project/${project.id}`, { query: { [name]: ada.token } }), 401);
    }
  });
});

describe('A ticket', { concurrency: 4 }, () => {
  interface Ticket {
    ticket: string;
    expires_at: string;
  }

  it('opens the path it was asked for, and no other', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    await project.agent('bob');

    const ticket = (await ada.rest.post('tickets', { path: '/api/v1/sse/agent/ada' })).as<Ticket>();
    assertFields(ticket, ['ticket', 'expires_at']);
    const left = Date.parse(ticket.expires_at) - Date.now();
    assert.ok(left > 0 && left <= 31_000, `30 s, not ${left} ms`);

    const anyone = server.rest(null);
    const query = { ticket: ticket.ticket };
    const stream = await EventStream.open(anyone, 'agent/ada', { query });
    await stream.connected();
    stream.close();
    assert.equal(await EventStream.status(anyone, 'agent/ada', { query }), 200, 'it reopens');
    assert.equal(await EventStream.status(anyone, 'agent/bob', { query }), 401);
    assert.equal(await EventStream.status(anyone, `project/${project.id}`, { query }), 401);
    (await anyone.get('agents', query)).problem(401, 'unauthorized');
    (await anyone.get('agents', { ticket: `${ticket.ticket}x` })).problem(401, 'unauthorized');
  });

  it('opens a WebSocket', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const { ticket } = (await ada.rest.post('tickets', { path: '/ws/ada' })).as<Ticket>();

    const socket = await ada.connect({ token: null, query: { ticket } });
    await socket.ok('agent:heartbeat');
    assert.equal(await upgradeStatus(server.url, '/ws/bob', { query: { ticket } }), 401);
    assert.equal(await upgradeStatus(server.url, '/ws/ada', { query: { ticket } }), 401, 'once');
  });

  it('lives no longer than its token', async () => {
    const project = await TestProject.create(server);
    await project.agent('ada');
    const made = await project.token({ kind: 'agent', agent_id: 'ada' });
    const { ticket } = (await project.as(made.token).post('tickets', { path: '/api/v1/sse/agent/ada' })).as<Ticket>();
    assert.equal(await EventStream.status(server.rest(null), 'agent/ada', { query: { ticket } }), 200);

    (await project.admin.delete(`tokens/${made.token_id}`)).succeeds();

    assert.equal(await EventStream.status(server.rest(null), 'agent/ada', { query: { ticket } }), 401);
  });

  it('makes no more tickets, and no token', async () => {
    const project = await TestProject.create(server);
    const path = `/api/v1/sse/project/${project.id}`;
    const { ticket } = (await project.admin.post('tickets', { path })).as<Ticket>();
    (await server.rest(null).post('tickets', { path: '/ws/ada' }, { query: { ticket } })).problem(401, 'unauthorized');
    (await server.rest(null).post('tokens', { kind: 'admin' }, { query: { ticket } })).problem(401, 'unauthorized');
  });

  it('is for a stream or a socket of this server', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const path of [
      '',
      'sse',
      'http://elsewhere.example/ws/ada',
      '//elsewhere.example/ws/ada',
      '/api/v1/tokens',
      '/api/v1/agents',
      7,
      null,
    ])
      assertNames((await ada.rest.post('tickets', { path })).problem(400, 'invalid_request'), 'path');
  });
});
