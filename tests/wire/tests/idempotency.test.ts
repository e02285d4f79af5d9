import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import type { Agent, BatchItem, Execution, Message, Page, SendAnswer } from '../harness/wire.ts';

const server = await startServer();
const key = 'order-66';

describe('The same key', { concurrency: 4 }, () => {
  it('stores one message, and gets the first answer again', async () => {
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

  it('works across all endpoints and transports', async () => {
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
    settle: () => [false, true, null],
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
      // An outcome is a reply's, and so is what it settles.
      const beside = ['outcome', 'settle'].includes(field) ? { reply_to: two.messages[0] } : {};
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

  /** A creation, and another under the same key. `count` tells how many are there. */
  interface Creation {
    readonly body: Record<string, unknown>;
    readonly other: Record<string, unknown>;
    readonly count: (project: TestProject) => Promise<number>;
    /** Where the answer is a send's, it says that it is not the first. */
    readonly isSend?: true;
    /** Where the path of the description has a part to fill in. */
    readonly path?: (project: TestProject) => Promise<string>;
  }

  const listed = (path: string) => async (project: TestProject) => (await project.admin.get(path)).as<Page<unknown>>(200).items.length;
  const execution = async (project: TestProject) => {
    const [first] = (await project.admin.get('executions')).as<Page<Execution>>(200).items;
    const { execution_id: id } = first ?? (await project.admin.post('executions', { title: 'A run' })).as<Execution>(201);
    return (await project.admin.get(`executions/${id}`)).as<Execution>(200);
  };
  const ids = [`p-${randomUUID()}`, `p-${randomUUID()}`];
  const creations: Record<string, Creation> = {
    squads: { body: { name: 'Alpha' }, other: { name: 'Beta' }, count: listed('squads') },
    executions: { body: { title: 'A run' }, other: { title: 'Another' }, count: listed('executions') },
    'executions/{id}/logs': {
      body: { message: 'half way' },
      other: { message: 'done' },
      count: async (project) => (await execution(project)).logs.length,
      path: async (project) => `executions/${(await execution(project)).execution_id}/logs`,
    },
    questions: { body: { content: 'May I?' }, other: { content: 'May we?' }, count: listed('questions') },
    reservations: { body: { paths: ['src'] }, other: { paths: ['docs'] }, count: listed('reservations') },
    workflows: {
      body: { title: 'One', steps: [{ agent: 'bob', action: 'One.' }] },
      other: { title: 'Other', steps: [{ agent: 'bob', action: 'Other.' }] },
      count: listed('workflows'),
    },
    tasks: { body: { title: 'One' }, other: { title: 'Other' }, count: listed('tasks') },
    events: { body: { event_type: 'a.b' }, other: { event_type: 'a.c' }, count: listed('events?types=a.*') },
    memory: { body: { key: 'a', value: 1 }, other: { key: 'a', value: 2 }, count: listed('memory') },
    projects: {
      body: { project_id: ids[0], name: 'One' },
      other: { project_id: ids[1], name: 'Other' },
      count: async ({ admin }) =>
        (await Promise.all(ids.map((id) => admin.get(`projects/${id}`, { project_id: id })))).filter((answer) => answer.status === 200)
          .length,
    },
    messages: { body: { to: 'bob', content: 'once' }, other: { to: 'bob', content: 'twice' }, count: listed('messages'), isSend: true },
    broadcast: { body: { content: 'once' }, other: { content: 'twice' }, count: listed('messages'), isSend: true },
  };
  /** These have tests of their own: what takes something away, an answer that comes from somebody else, a post from outside, and secrets, which are shown once. */
  const apart = ['dead-letters/{delivery_id}/resend', 'requests', 'inbound/{hook_id}', 'tokens', 'inbound', 'webhooks'];

  for (const [name, { body, other, count, isSend, path }] of Object.entries(creations))
    it(`answers POST ${name} as the first time, and refuses another under its key`, async () => {
      const project = await TestProject.create(server);
      await project.pair();
      const address = (await path?.(project)) ?? name;
      const post = (content: unknown) => project.admin.post(address, content, { headers });

      const first = await post(body);
      first.succeeds();
      const again = await post(body);
      (await post(other)).problem(409, 'idempotency_conflict');
      const last = await post(body);

      for (const answer of [again, last]) {
        assert.equal(answer.status, first.status);
        for (const header of ['location', 'etag', 'content-type'])
          assert.equal(answer.headers.get(header), first.headers.get(header), header);
        if (isSend) assert.deepEqual(answer.as<SendAnswer>(), { ...first.as<SendAnswer>(), duplicate: true });
        else assert.equal(answer.text, first.text);
      }
      assert.equal(await count(project), 1);
    });

  it('makes one memory entry, whose version does not change', async () => {
    const project = await TestProject.create(server);
    const post = () => project.admin.post('memory', { key: 'a', value: 1 }, { headers });
    const first = await post();
    const { version } = first.as<{ version: number }>(201);
    (await project.admin.put('memory/key/a', { value: 2 })).succeeds(200);

    const again = await post();

    assert.deepEqual([again.as<{ version: number }>(201).version, again.headers.get('etag')], [version, `"${version}"`]);
    assert.equal((await project.admin.get('memory/key/a')).as<{ value: number }>(200).value, 2, 'the first answer changes nothing again');
  });

  it('makes one request, whose reply is returned again', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const post = (content: string, timeout = 60) =>
      ada.rest.post('requests', { to: 'bob', content, timeout_seconds: timeout }, { headers });
    (await post('once', 0.001)).problem(504, 'request_timeout');
    const { message } = await bob.claimOne();
    const { message_id: id } = await bob.send({ reply_to: message.message_id, to: 'ada', content: 'yes' });
    await bob.send({ reply_to: message.message_id, to: 'ada', content: 'a later word' });

    const first = (await post('once')).as<{ status: string; reply: Message }>(200);
    const again = (await post('once')).as<{ status: string; reply: Message }>(200);
    (await post('twice')).problem(409, 'idempotency_conflict');

    assert.deepEqual([first.status, first.reply.message_id], ['success', id]);
    assert.deepEqual(again, first);
    // The answer settles the reply, and does not wait for it.
    const left = await eventually(
      'the reply to be settled',
      () => ada.look(),
      (items) => items.length < 2,
    );
    assert.deepEqual(contents(left), ['a later word']);
  });

  it('is tried with every POST that takes it', async () => {
    const answer = await fetch(`${server.url}/openapi/v1.json`);
    const { paths } = (await answer.json()) as { paths: Record<string, { post?: { parameters?: { name: string }[] } }> };
    const taking = Object.entries(paths)
      .filter(([, { post }]) => post?.parameters?.some((one) => one.name === 'Idempotency-Key'))
      .map(([path]) => path.slice(1));
    assert.deepEqual(taking.sort(), [...Object.keys(creations), ...apart].sort());
  });

  it('never returns a secret again', async () => {
    const project = await TestProject.create(server);
    const body = { kind: 'observer', project_id: project.id };
    const { token } = (await project.admin.post('tokens', body, { headers })).as<{ token: string }>();
    const second = await project.admin.post('tokens', body, { headers });
    second.problem(409, 'conflict');
    assert.ok(!second.text.includes(token), 'the secret is not shown again');
    (await project.admin.post('tokens', { ...body, kind: 'join' }, { headers })).problem(409, 'idempotency_conflict');
  });

  for (const [name, body, other] of [
    ['inbound', { name: 'CI', to: 'human' }, { name: 'CD', to: 'human' }],
    ['webhooks', { url: 'https://example.org/a' }, { url: 'https://example.org/b' }],
  ] as const)
    it(`never returns the secret of ${name} again`, async () => {
      const { admin } = await TestProject.create(server);
      const { secret } = (await admin.post(name, body, { headers })).as<{ secret: string }>(201);
      const second = await admin.post(name, body, { headers });
      second.problem(409, 'conflict');
      assert.ok(secret.length >= 32 && !second.text.includes(secret), 'the secret is not shown again');
      (await admin.post(name, other, { headers })).problem(409, 'idempotency_conflict');
      assert.equal((await admin.get(name)).as<Page<unknown>>(200).items.length, 1);
    });

  it('returns an additional token for a registration whose token was never used, and revokes none', async () => {
    const project = await TestProject.create(server);
    const join = project.as((await project.token({ kind: 'join' })).token);
    const body = { agent_id: 'ada', name: 'Ada' };
    const first = (await join.post('agents/register', body, { headers })).as<Agent>();

    const second = (await join.post('agents/register', body, { headers })).as<Agent>();

    assert.ok(second.token !== undefined && second.token !== first.token);
    (await project.as(first.token!).get('agents/ada')).as<Agent>(200);
    (await project.as(second.token).get('agents/ada')).as<Agent>(200);

    const third = await join.post('agents/register', body, { headers });
    assert.ok(!third.text.includes(second.token), 'a token that was used stays a secret');
    (await project.as(second.token).get('agents/ada')).as<Agent>(200);
  });
});
