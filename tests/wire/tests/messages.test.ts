import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, assertMessage, uuid7 } from '../harness/shapes.ts';
import type { Message, Page, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

describe('A send', { concurrency: 4 }, () => {
  it('is confirmed with its deliveries', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();

    const answer = (await ada.rest.post('messages', { to: 'bob', content: 'Hello' })).as<SendAnswer>(201);

    assertFields(answer, ['message_id', 'seq', 'conversation_thread_id', 'duplicate', 'deliveries', 'deliveries_total']);
    assert.match(answer.message_id, uuid7);
    assert.match(answer.conversation_thread_id, uuid7);
    assert.ok(answer.seq >= 1);
    assert.equal(answer.duplicate, false);
    assert.equal(answer.deliveries_total, 1);
    assert.deepEqual(answer.deliveries, [
      { agent_id: 'bob', status: 'offline', activity: 'unknown', ahead: 0, outlook: 'held_until_back', refused: null },
    ]);
  });

  it('counts the deliveries that go out before it', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', '1');
    await ada.tell('bob', '2');

    const [normal] = (await ada.send({ to: 'bob', content: '3' })).deliveries;
    const [critical] = (await ada.send({ to: 'bob', content: '4', priority: 4 })).deliveries;

    assert.deepEqual([normal?.ahead, critical?.ahead], [2, 0]);
  });

  it('says what will happen to it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const outlook = async (fields: object) => (await ada.send({ to: 'bob', content: 'x', ...fields })).deliveries[0]?.outlook;
    assert.equal(await outlook({}), 'held_until_back');
    assert.equal(await outlook({ deliver_at: new Date(Date.now() + 3_600_000).toISOString() }), 'scheduled');

    (await bob.rest.post('agents/bob/heartbeat')).succeeds();
    for (const surface of ['interrupt', 'next_boundary', 'when_idle', 'pull']) assert.equal(await outlook({ surface }), 'on_pull');

    await bob.connect({ query: { window: 1 } });
    assert.equal(await outlook({ surface: 'next_boundary' }), 'next_boundary');
    assert.equal(await outlook({ surface: 'when_idle' }), 'when_idle');
    assert.equal(await outlook({ surface: 'pull' }), 'on_pull');
  });

  it('is stored as a message with its defaults', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('pm-1', { name: 'Project Manager', role: 'project_manager' });
    await project.agent('be-1', { name: 'Backend Developer', role: 'backend_developer', specialization: 'python_fastapi' });

    const sent = await ada.send({ to: 'be-1', content: 'Please implement it' });

    const message = (await ada.rest.get(`messages/${sent.message_id}`)).as<Message>(200);
    assertMessage(message);
    const { timestamp, expires_at: expiresAt, ...rest } = message;
    assert.equal(Date.parse(expiresAt!) - Date.parse(timestamp), 86_400_000);
    assert.deepEqual(rest, {
      message_id: sent.message_id,
      seq: sent.seq,
      project_id: project.id,
      sender_id: 'pm-1',
      sender_role: 'project_manager',
      sender_name: 'Project Manager',
      sender_specialization: null,
      recipient_id: 'be-1',
      recipient_role: 'backend_developer',
      recipient_name: 'Backend Developer',
      recipient_specialization: 'python_fastapi',
      to: 'be-1',
      message_type: 'text',
      content: 'Please implement it',
      payload: null,
      priority: 2,
      intent: 'inform',
      surface: 'when_idle',
      authority: 'agent',
      hops: 0,
      conversation_thread_id: sent.conversation_thread_id,
      reply_to: null,
      outcome: null,
      supersedes: null,
      task_id: null,
      execution_id: null,
      metadata: null,
    });
  });

  it('keeps every field that it was given', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { execution_id } = await ada.execution();
    const fields = {
      message_type: 'task_assignment',
      content: 'Größe: \u202e👩‍💻\n\t"quoted"',
      payload: { a: [1, 2.5, null, true, { b: 'c' }], ä: '\u2028' },
      priority: 4,
      intent: 'request',
      surface: 'pull',
      metadata: { estimated_hours: 8 },
    };
    const thread = (await ada.send({ to: 'bob', content: 'first' })).conversation_thread_id;

    const sent = await ada.send({
      to: 'bob',
      ...fields,
      conversation_thread_id: thread,
      execution_id,
      ttl_seconds: 60,
    });

    const message = (await ada.rest.get(`messages/${sent.message_id}`)).as<Message>(200);
    assert.deepEqual({ ...message, ...fields }, message);
    assert.equal(message.conversation_thread_id, thread);
    assert.equal(Date.parse(message.expires_at!) - Date.parse(message.timestamp), 60_000);
    assert.equal(message.execution_id, execution_id);
  });

  it('keeps a payload as it was written, but for escapes that say one letter in six', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const payload = '{"z":12345678901234567890,"a":1.10,"a\\u0062":-0.0,"e":1e30,"z ":[]}';
    const raw = `{"to":"bob","payload":${payload}}`;

    const { message_id: id } = (await ada.rest.post('messages', undefined, { raw })).as<SendAnswer>(201);

    const { text } = await ada.rest.get(`messages/${id}`);
    assert.ok(text.includes(`"payload":${payload.replace('\\u0062', 'b')}`), text);
  });

  it('surfaces by its priority unless it says otherwise', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (const priority of [1, 2, 3, 4]) await ada.send({ to: 'bob', content: 'x', priority });

    const surfaces = (await bob.look()).map(({ message }) => [message.priority, message.surface]);
    assert.deepEqual(surfaces, [
      [4, 'interrupt'],
      [3, 'next_boundary'],
      [2, 'when_idle'],
      [1, 'pull'],
    ]);
  });

  it('is numbered in its project by seq, from one entry to the next', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const seqs: number[] = [];
    for (let n = 0; n < 5; n++) seqs.push((await ada.send({ to: 'bob', content: `${n}` })).seq);

    assert.deepEqual(
      seqs,
      seqs.map((_, n) => seqs[0]! + n),
    );
  });

  it('is refused with the name of the invalid field', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const cases: [Record<string, unknown>, string][] = [
      [{ to: undefined }, 'to'],
      [{ to: [] }, 'to'],
      [{ to: 7 }, 'to'],
      [{ to: ['bob', 7] }, 'to'],
      [{ message_type: '' }, 'message_type'],
      [{ message_type: 'Has Capitals' }, 'message_type'],
      [{ message_type: 'x'.repeat(51) }, 'message_type'],
      [{ content: 7 }, 'content'],
      [{ content: 'a\u0000b' }, 'content'],
      [{ payload: { deep: ['\u0000'] } }, 'payload'],
      [{ metadata: { 'a\u0000': 1 } }, 'metadata'],
      [{ priority: 0 }, 'priority'],
      [{ priority: 5 }, 'priority'],
      [{ priority: 'high' }, 'priority'],
      [{ priority: 1.5 }, 'priority'],
      [{ ttl_seconds: 0 }, 'ttl_seconds'],
      [{ ttl_seconds: -1 }, 'ttl_seconds'],
      [{ ttl_seconds: 1e300 }, 'ttl_seconds'],
      [{ deliver_at: 'tomorrow' }, 'deliver_at'],
      [{ deliver_at: '2100-01-22T13:56:52' }, 'deliver_at'], // when that is depends on who reads it
      [{ deliver_at: '2100-01-22' }, 'deliver_at'],
      [{ conversation_thread_id: 'x' }, 'conversation_thread_id'],
      [{ reply_to: 'x' }, 'reply_to'],
      [{ outcome: 'maybe' }, 'outcome'],
      [{ intent: 'order' }, 'intent'],
      [{ surface: 'loud' }, 'surface'],
      [{ supersedes: 7 }, 'supersedes'],
      [{ idempotency_key: '' }, 'idempotency_key'],
      [{ authority: 'operator' }, 'authority'],
      [{ hops: 0 }, 'hops'],
      [{ timestamp: '2026-01-22T13:56:52.551Z' }, 'timestamp'],
      [{ timeout_seconds: 3 }, 'timeout_seconds'],
      [{ mesage_type: 'text' }, 'mesage_type'],
    ];
    for (const [fields, name] of cases)
      assertNames((await ada.rest.post('messages', { to: 'bob', content: 'x', ...fields })).problem(400, 'invalid_request'), name);

    assert.deepEqual((await ada.rest.get('messages')).as<Page<Message>>(200).items, [], 'nothing was stored');
  });

  it('needs a content or a payload', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    (await ada.rest.post('messages', { to: 'bob' })).problem(400, 'invalid_request');
    await ada.send({ to: 'bob', payload: false });
  });

  it('holds 256 KiB and not a byte more', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const limit = 256 * 1024;

    // What counts is the JSON, in which a text has its quotes.
    const sent = await ada.send({ to: 'bob', content: 'x'.repeat(limit - 2) });
    assert.equal((await ada.rest.get(`messages/${sent.message_id}`)).as<Message>().content?.length, limit - 2);
    (await ada.rest.post('messages', { to: 'bob', content: 'x'.repeat(limit + 1) })).problem(413, 'too_large');
    (await ada.rest.post('messages', { to: 'bob', content: 'é'.repeat(limit / 2 + 1) })).problem(413, 'too_large');
    const payload = ['x'.repeat(limit / 2)];
    (await ada.rest.post('messages', { to: 'bob', content: 'x'.repeat(limit / 2), payload })).problem(413, 'too_large');
  });
});

describe('The sender', { concurrency: 4 }, () => {
  it('is the owner of the token', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();

    (await ada.rest.post('messages', { to: 'bob', content: 'x', sender_id: 'bob' })).problem(403, 'forbidden');
    (await ada.rest.post('messages', { to: 'bob', content: 'x', sender_id: 'human' })).problem(403, 'forbidden');
    await ada.send({ to: 'bob', content: 'x', sender_id: 'ada' });
  });

  it('may be anyone if an admin sends', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();

    (await project.admin.post('messages', { to: 'bob', content: 'as ada', sender_id: 'ada' })).as(201);

    const [item] = await bob.look();
    assert.equal(item?.message.sender_id, 'ada');
    (await project.admin.post('messages', { to: 'bob', content: 'x', sender_id: 'nobody' })).problem(404);
  });

  it('is an operator, or the human, with an operator’s authority', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();
    const olga = await project.operator('olga');

    await olga.send({ to: 'bob', content: 'as herself' });
    await olga.send({ to: 'bob', content: 'as the human', sender_id: 'human' });
    (await olga.rest.post('messages', { to: 'bob', content: 'x', sender_id: 'ada' })).problem(403, 'forbidden');

    const senders = (await bob.look()).map(({ message }) => [message.sender_id, message.authority]);
    assert.deepEqual(senders, [
      ['olga', 'operator'],
      ['human', 'operator'],
    ]);
  });
});
