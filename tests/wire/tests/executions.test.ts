import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { Execution, Message, Page } from '../harness/wire.ts';

const server = await startServer();
const fields = [
  'execution_id', 'title', 'squad_id', 'workflow_id', 'status', 'progress', 'current_phase', 'result', 'error',
  'created_by', 'created_at', 'ended_at', 'logs',
]; // prettier-ignore

describe('An execution', { concurrency: 4 }, () => {
  it('begins pending', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'ada' }] })).succeeds();

    const execution = (await ada.rest.post('executions', { title: 'Build it', squad_id: 'alpha' })).as<Execution>(201);

    assertFields(execution, fields);
    const { execution_id: id, created_at: createdAt, ...rest } = execution;
    assert.match(id, uuid7);
    assert.match(createdAt, time);
    assert.deepEqual(rest, {
      title: 'Build it',
      squad_id: 'alpha',
      workflow_id: null,
      status: 'pending',
      progress: 0,
      current_phase: null,
      result: null,
      error: null,
      created_by: 'ada',
      ended_at: null,
      logs: [],
    });
    assert.deepEqual((await ada.rest.get(`executions/${id}`)).as(200), execution);
    assert.deepEqual(
      (await ada.rest.get('executions')).as<Page<Execution>>(200).items.map((one) => one.execution_id),
      [id],
    );
  });

  it('is updated by PATCH, which keeps absent fields', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { execution_id: id } = await ada.execution();

    (await ada.rest.patch(`executions/${id}`, { status: 'in_progress', progress: 40 })).succeeds();
    (await ada.rest.patch(`executions/${id}`, { current_phase: 'testing' })).succeeds();

    const now = (await ada.rest.get(`executions/${id}`)).as<Execution>(200);
    assert.deepEqual([now.status, now.progress, now.current_phase], ['in_progress', 40, 'testing']);
  });

  it('keeps a log', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { execution_id: id } = await ada.execution();

    (await ada.rest.post(`executions/${id}/logs`, { level: 'warning', message: 'hot' })).succeeds();
    (await ada.rest.post(`executions/${id}/logs`, { message: 'plain' })).succeeds();

    const { logs } = (await ada.rest.get(`executions/${id}`)).as<Execution>(200);
    logs.forEach((line) => assertFields(line, ['timestamp', 'level', 'message']));
    assert.deepEqual(
      logs.map((line) => [line.level, line.message]),
      [
        ['warning', 'hot'],
        ['info', 'plain'],
      ],
    );
    logs.forEach((line) => assert.match(line.timestamp, time));
  });

  it('ends in one of three ways, once', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const ends: [string, object, string, unknown, string | null][] = [
      ['complete', { result: { ok: true } }, 'completed', { ok: true }, null],
      ['fail', { error: 'broken' }, 'failed', null, 'broken'],
      ['cancel', {}, 'cancelled', null, null],
    ];
    for (const [verb, body, status, result, error] of ends) {
      const { execution_id: id } = await ada.execution();
      (await ada.rest.post(`executions/${id}/${verb}`, body)).succeeds();

      const ended = (await ada.rest.get(`executions/${id}`)).as<Execution>(200);
      assertFields(ended, fields);
      assert.deepEqual([ended.status, ended.result, ended.error], [status, result, error]);
      assert.match(ended.ended_at ?? '', time);
      (await ada.rest.post(`executions/${id}/complete`, {})).problem(409, 'execution_ended');
      (await ada.rest.patch(`executions/${id}`, { progress: 1 })).problem(409, 'execution_ended');
      (await ada.rest.post(`executions/${id}/logs`, { message: 'x' })).problem(409, 'execution_ended');
      (await ada.rest.post('messages', { to: 'bob', content: 'x', execution_id: id })).problem(409, 'execution_ended');
    }
  });

  it('has its messages', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const { execution_id: id } = await ada.execution();
    const sent = await ada.send({ to: 'bob', content: 'within', execution_id: id });
    await ada.tell('bob', 'without');

    const { items } = (await ada.rest.get('messages', { execution: id })).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((one) => one.message_id),
      [sent.message_id],
    );
    assert.equal((await bob.claim())[0]?.message.execution_id, id);
  });

  it('can be changed by its creator, its squad, operators, and admins', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const olga = await project.operator();
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'bob' }] })).succeeds();
    const { execution_id: id } = await ada.execution({ squad_id: 'alpha' });

    for (const writer of [ada.rest, bob.rest, olga.rest, project.admin])
      (await writer.patch(`executions/${id}`, { progress: 5 })).succeeds();
    for (const [method, path, body] of [
      ['PATCH', '', { progress: 6 }],
      ['POST', '/logs', { message: 'x' }],
      ['POST', '/complete', {}],
      ['POST', '/fail', { error: 'x' }],
      ['POST', '/cancel', {}],
    ] as const)
      (await eve.rest.call(method, `executions/${id}${path}`, body)).problem(403, 'forbidden');
    assert.equal((await eve.rest.get(`executions/${id}`)).as<Execution>(200).progress, 5);
  });

  it('is refused with the name of the invalid field', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { execution_id: id } = await ada.execution();
    const cases: [Record<string, unknown>, string][] = [
      [{ progress: 101 }, 'progress'],
      [{ progress: -1 }, 'progress'],
      [{ progress: 1.5 }, 'progress'],
      [{ progress: 'half' }, 'progress'],
      [{ status: 'paused' }, 'status'],
      [{ status: 'completed' }, 'status'],
      [{ current_phase: 7 }, 'current_phase'],
      [{ result: 7 }, 'result'],
    ];
    for (const [body, field] of cases) assertNames((await ada.rest.patch(`executions/${id}`, body)).problem(400, 'invalid_request'), field);
    assertNames((await ada.rest.post(`executions/${id}/logs`, {})).problem(400, 'invalid_request'), 'message');
    assertNames((await ada.rest.post(`executions/${id}/logs`, { message: 'x', level: 'loud' })).problem(400, 'invalid_request'), 'level');
    (await ada.rest.post('executions', { title: 'x', squad_id: 'nobody' })).problem(404);
    (await ada.rest.post('messages', { to: 'bob', content: 'x', execution_id: '0199e1c2-0000-7000-8000-000000000000' })).problem(
      404,
      'not_found',
    );
    (await ada.rest.get('executions/0199e1c2-0000-7000-8000-000000000000')).problem(404, 'not_found');
  });
});
