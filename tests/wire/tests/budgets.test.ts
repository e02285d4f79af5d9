import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { Change, Page } from '../harness/wire.ts';

const server = await startServer();

interface Budget {
  kind: string;
  id: string;
  messages: number | null;
  bytes: number | null;
  spent: { messages: number; bytes: number };
  left: { messages: number | null; bytes: number | null };
  status: string;
  version: number;
}

const fields = [
  'kind',
  'id',
  'messages',
  'bytes',
  'spent',
  'left',
  'status',
  'since',
  'warned_at',
  'spent_at',
  'resets',
  'set_by',
  'updated_at',
  'version',
];

describe('A message budget', { concurrency: 4 }, () => {
  it('refuses what is sent beyond it, over REST, over a socket, and in batches', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    const set = await project.admin.put('budgets/agents/ada', { messages: 3 });
    const budget = set.as<Budget & { since: string }>(201);
    assertFields(budget, fields);
    assert.match(budget.since, time);
    assert.equal(set.headers.get('location'), '/api/v1/budgets/agents/ada');
    assert.equal(set.headers.get('etag'), `"${budget.version}"`);

    await ada.tell('bob', 'one');
    const { items } = (
      await ada.rest.post('messages/batch', { items: ['two', 'three', 'four'].map((content) => ({ to: 'bob', content })) })
    ).as<{ items: { problem?: { code: string } }[] }>(200);

    assert.deepEqual(
      items.map((item) => item.problem?.code),
      [undefined, undefined, 'budget_spent'],
    );
    const refused = (await ada.rest.post('messages', { to: 'bob', content: 'five' })).problem(429, 'budget_spent');
    assert.match(
      refused.detail ?? '',
      /'ada' has spent its message budget of 3 messages; nothing was sent\. .*parley budget set agents ada --messages N/,
    );
    assert.equal(refused.retryable, false);
    await socket.refused('message:send', { to: 'bob', content: 'six' }, 429, 'budget_spent');
    (await ada.rest.post('broadcast', { content: 'seven' })).problem(429, 'budget_spent');
    await bob.tell('ada', 'Others go on.');

    const after = (await ada.rest.get('budgets/agents/ada')).as<Budget>(200);
    assert.deepEqual([after.spent.messages, after.left.messages, after.status], [3, 0, 'spent']);
    assert.deepEqual(after.left.bytes, null);

    (await project.admin.put('budgets/agents/ada', { messages: 4 })).as<Budget>(200);
    await ada.tell('bob', 'eight');
    (await ada.rest.post('messages', { to: 'bob', content: 'nine' })).problem(429, 'budget_spent');
    (await project.admin.delete('budgets/agents/ada')).succeeds(204);
    await ada.tell('bob', 'ten');
    const { items: left } = (await project.admin.get('budgets')).as<Page<Budget>>(200);
    assert.deepEqual(left, []);
  });

  it('is exact whatever the number of senders', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { conversation_thread_id: thread } = await ada.send({ to: 'bob', content: 'first' });
    (await project.admin.put(`budgets/threads/${thread}`, { messages: 100 })).succeeds(201);

    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, i) => ada.rest.post('messages', { to: 'bob', content: `${i}`, conversation_thread_id: thread })),
    );

    assert.equal(answers.filter((answer) => answer.status === 201).length, 100);
    for (const answer of answers) if (answer.status !== 201) answer.problem(429, 'budget_spent');
    const { items } = (await project.admin.get('events', { types: 'budget_warning' })).as<Page<unknown>>(200);
    assert.equal(items.length, 1);
  });

  it('is told in its feed and as events, to operators only', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const human = await (await project.operator()).connect();
    const { subscription } = await human.ok<{ subscription: string }>('subscribe', { feeds: { budgets: { kind: 'agents' } } });
    const adas = await ada.connect();
    await adas.refused('subscribe', { feeds: { budgets: { kind: 'nonsense' } } }, 400);
    const change = (status: string) =>
      human.event<Change<Budget>>('change', (data) => data.subscription === subscription && data.item.status === status);

    (await project.admin.put('budgets/agents/ada', { messages: 5 })).succeeds(201);
    for (let i = 0; i < 5; i++) await ada.tell('bob', `${i}`);

    assert.deepEqual((await change('open')).item.spent, { messages: 0, bytes: 0 });
    assert.equal((await change('warned')).item.spent.messages, 4);
    assert.equal((await change('spent')).item.left.messages, 0);
    const types = async (api: typeof project.admin) =>
      (await api.get('events', { types: 'budget_*' })).as<Page<{ event_type: string }>>(200).items.map((event) => event.event_type);
    assert.deepEqual(await types(project.admin), ['budget_spent', 'budget_warning']);
    assert.deepEqual(await types(ada.rest), []);
    const { items } = (await project.admin.get('agents/human/inbox')).as<
      Page<{ message: { message_type: string; payload: { kind: string; id: string } } }>
    >(200);
    assert.deepEqual(
      items.map(({ message }) => [message.message_type, message.payload.kind, message.payload.id]),
      [['budget_spent', 'agents', 'ada']],
    );
  });
});
