import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import type { Agent, BatchItem, Page, SendAnswer } from '../harness/wire.ts';

const server = await startServer();
const key = 'order-66';

describe('The same key', { concurrency: 4 }, () => {
  it('stores one message, and answers as the first time', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const message = { to: 'bob', content: 'once', idempotency_key: key };

    const first = await ada.send(message);
    const second = (await ada.rest.post('messages', message)).as<SendAnswer>(201);

    assert.equal(first.duplicate, false);
    assert.deepEqual(second, { ...first, duplicate: true });
    assert.deepEqual(contents(await bob.look()), ['once']);
  });

  it('holds with the defaults filled in', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const short = { to: 'bob', content: 'once', idempotency_key: key };
    const first = await ada.send(short);

    const filled = { message_type: 'text', priority: 2, intent: 'inform', surface: 'when_idle', payload: null, sender_id: 'ada' };
    const second = await ada.send({ ...short, ...filled, to: ['bob'] });

    assert.deepEqual([second.duplicate, second.message_id], [true, first.message_id]);
  });

  it('with another send is a conflict', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    await ada.send({ to: 'bob', content: 'once', idempotency_key: key });

    for (const other of [
      { content: 'twice' },
      { to: '*' },
      { priority: 3 },
      { message_type: 'other' },
      { payload: {} },
      { reply_to: undefined, intent: 'ack' },
    ])
      (await ada.rest.post('messages', { to: 'bob', content: 'once', ...other, idempotency_key: key })).problem(
        409,
        'idempotency_conflict',
      );
    assert.deepEqual(contents(await bob.look()), ['once']);
  });

  it('is one over every endpoint and transport', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    const message = { to: 'bob', content: 'once' };
    const first = await socket.ok<SendAnswer>('message:send', { ...message, idempotency_key: key });

    const body = await ada.send({ ...message, idempotency_key: key });
    const header = (await ada.rest.post('messages', message, { headers: { 'idempotency-key': key } })).as<SendAnswer>();
    const batch = (await ada.rest.post('messages/batch', { items: [{ ...message, idempotency_key: key }] })).as<{ items: SendAnswer[] }>();
    const frame = await socket.ok<SendAnswer>('message:send', { ...message, idempotency_key: key });

    for (const answer of [body, header, batch.items[0]!, frame])
      assert.deepEqual([answer.message_id, answer.seq, answer.duplicate], [first.message_id, first.seq, true]);
    assert.deepEqual(contents(await bob.look()), ['once']);
  });

  it('covers a broadcast and a send to all alike', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const first = (await ada.rest.post('broadcast', { content: 'all', idempotency_key: key })).as<SendAnswer>(201);
    const second = await ada.send({ to: '*', content: 'all', idempotency_key: key });
    assert.deepEqual([second.message_id, second.duplicate], [first.message_id, true]);
  });

  it('belongs to its caller and its project', async () => {
    const project = await TestProject.create(server);
    const other = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [stranger] = await other.pair();
    const first = await ada.send({ to: '*', content: 'x', idempotency_key: key });

    for (const answer of [
      await bob.send({ to: '*', content: 'x', idempotency_key: key }),
      await stranger.send({ to: '*', content: 'x', idempotency_key: key }),
    ]) {
      assert.equal(answer.duplicate, false);
      assert.notEqual(answer.message_id, first.message_id);
    }
  });

  it('used at the same time by many stores one message', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const answers = await Promise.all(Array.from({ length: 20 }, () => ada.send({ to: 'bob', content: 'once', idempotency_key: key })));

    assert.equal(new Set(answers.map((one) => one.message_id)).size, 1);
    assert.equal(answers.filter((one) => !one.duplicate).length, 1);
    assert.deepEqual(contents(await bob.look()), ['once']);
  });

  it('twice in a batch stores one message', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const item = { to: 'bob', content: 'once', idempotency_key: key };

    const { items } = (await ada.rest.post('messages/batch', { items: [item, item, { ...item, content: 'twice' }] })).as<{
      items: BatchItem[];
    }>();

    assert.deepEqual(items.map((one) => [one.status, one.duplicate]).slice(0, 2), [
      [201, false],
      [201, true],
    ]);
    assert.equal(items[2]?.status, 409);
    assert.deepEqual(contents(await bob.look()), ['once']);
  });

  it('of a send that was refused may be used again', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const message = { to: 'bob', content: 'once', idempotency_key: key };
    (await ada.rest.post('messages', message)).problem(404, 'unknown_recipient');

    await project.agent('bob');

    assert.equal((await ada.send(message)).duplicate, false);
  });
});

describe('The same key over each field of a send', { concurrency: 4 }, () => {
  /** Two values of each field; null stands for a field that is left out. */
  const values: Record<string, (things: Awaited<ReturnType<typeof twoOfEach>>) => readonly unknown[]> = {
    to: () => ['bob', 'cyd'],
    message_type: () => ['question', 'answer', null],
    content: () => ['one', 'other', null],
    payload: () => [{ a: 1 }, { a: 2 }, null],
    priority: () => [3, 4, null],
    ttl_seconds: () => [7200, 7201, null],
    deliver_at: () => ['2100-01-01T00:00:00.000Z', '2100-01-01T00:00:00.001Z', null],
    conversation_thread_id: (two) => [...two.threads, null],
    reply_to: (two) => [...two.messages, null],
    outcome: () => ['success', 'error', null],
    supersedes: (two) => [...two.messages, null],
    task_id: () => ['one', 'other', null],
    execution_id: (two) => [...two.executions, null],
    metadata: () => [{ a: 1 }, { a: 2 }, null],
    intent: () => ['request', 'ack', null],
    surface: () => ['interrupt', 'pull', null],
    sender_id: () => ['ada', 'bob'],
  };

  /** A project with two of everything that a send may name. The sender speaks for others, so that it may say who sends. */
  async function twoOfEach() {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await project.agent('cyd');
    const sent = [await ada.send({ to: 'bob', content: 'a' }), await ada.send({ to: 'bob', content: 'b' })];
    const executions = [await ada.execution(), await ada.execution()].map((one) => one.execution_id);
    return { project, executions, messages: sent.map((one) => one.message_id), threads: sent.map((one) => one.conversation_thread_id) };
  }

  for (const [field, of] of Object.entries(values))
    it(`takes the same ${field} for the same send, and another for another`, async () => {
      const two = await twoOfEach();
      // An outcome is a reply's.
      const beside = field === 'outcome' ? { reply_to: two.messages[0] } : {};
      const [one, ...others] = of(two);
      const send = (value: unknown) => {
        const message = { sender_id: 'ada', to: 'bob', content: 'hello', payload: 1, idempotency_key: key, ...beside, [field]: value };
        return two.project.admin.post('messages', message);
      };

      const first = (await send(one)).as<SendAnswer>(201);
      const again = (await send(one)).as<SendAnswer>(201);
      for (const other of others) (await send(other)).problem(409, 'idempotency_conflict');

      assert.deepEqual([first.duplicate, again.duplicate, again.message_id], [false, true, first.message_id]);
      assert.equal((await send(one)).as<SendAnswer>(201).message_id, first.message_id, 'a conflict changes nothing');
    });

  it('leaves no field out', async () => {
    const answer = await fetch(`${server.url}/openapi/v1.json`);
    const document = (await answer.json()) as { components: { schemas: { SendRequest: { properties: object } } } };
    const fields = Object.keys(document.components.schemas.SendRequest.properties);
    assert.deepEqual([...Object.keys(values), 'idempotency_key'].sort(), fields.sort());
  });
});

describe('The header Idempotency-Key', { concurrency: 4 }, () => {
  const headers = { 'idempotency-key': key };

  it('makes one of whatever a POST creates', async () => {
    const project = await TestProject.create(server);
    for (const [path, body, id] of [
      ['squads', { name: 'Alpha' }, 'squad_id'],
      ['executions', { title: 'A run' }, 'execution_id'],
    ] as const) {
      const create = () => project.admin.post(path, body, { headers: { 'idempotency-key': `${key}-${path}` } });
      const first = (await create()).as<Record<string, unknown>>();
      const second = (await create()).as<Record<string, unknown>>();
      assert.equal(second[id], first[id]);
      assert.equal((await project.admin.get(path)).as<Page<unknown>>().items.length, 1, path);
    }
  });

  it('with another body is a conflict', async () => {
    const project = await TestProject.create(server);
    (await project.admin.post('executions', { title: 'A run' }, { headers })).succeeds();
    (await project.admin.post('executions', { title: 'Another' }, { headers })).problem(409, 'idempotency_conflict');
  });

  it('never plays a secret again', async () => {
    const project = await TestProject.create(server);
    const body = { kind: 'observer', project_id: project.id };
    const { token } = (await project.admin.post('tokens', body, { headers })).as<{ token: string }>();
    const second = await project.admin.post('tokens', body, { headers });
    assert.ok(!second.text.includes(token), 'the secret is not shown again');
  });

  it('gives a registration whose token was never used another one', async () => {
    const project = await TestProject.create(server);
    const join = project.as((await project.token({ kind: 'join' })).token);
    const body = { agent_id: 'ada', name: 'Ada' };
    const first = (await join.post('agents/register', body, { headers })).as<Agent>();

    const second = (await join.post('agents/register', body, { headers })).as<Agent>();

    assert.ok(second.token !== undefined && second.token !== first.token);
    (await project.as(first.token!).get('agents/ada')).problem(401, 'unauthorized');
    (await project.as(second.token).get('agents/ada')).as<Agent>(200);

    const third = await join.post('agents/register', body, { headers });
    assert.ok(!third.text.includes(second.token), 'a token that was used stays a secret');
    (await project.as(second.token).get('agents/ada')).as<Agent>(200);
  });
});
