import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, assertMessage } from '../harness/shapes.ts';
import type { Message, Page } from '../harness/wire.ts';

const server = await startServer();

describe('The history', { concurrency: 4 }, () => {
  it('is narrowed by each of its filters, newest first', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const execution = await ada.execution();
    const first = await ada.send({ to: 'bob', content: 'first', message_type: 'standup' });
    await bob.send({ to: 'ada', content: 'second', reply_to: first.message_id, priority: 4 });
    await ada.send({ to: 'bob', content: 'third', execution_id: execution.execution_id });
    await project.timePasses(0.01);
    const { timestamp: since } = (await project.trace((await ada.send({ to: '*', content: 'fourth' })).message_id)).message;

    const cases: [Record<string, string | number>, string[]][] = [
      [{ type: 'standup' }, ['first']],
      [{ sender: 'bob' }, ['second']],
      [{ recipient: 'bob' }, ['third', 'first']],
      [{ thread: first.conversation_thread_id }, ['second', 'first']],
      [{ execution: execution.execution_id }, ['third']],
      [{ priority: '4' }, ['second']],
      [{ priority: '3,4' }, ['second']],
      [{ since, sender: 'ada' }, ['fourth']],
      [{ until: since, sender: 'ada', recipient: 'bob' }, ['third', 'first']],
      [{ q: 'second' }, ['second']],
      [{ sender: 'ada', type: 'text', limit: 2 }, ['fourth', 'third']],
      [{ type: '!standup', sender: 'ada' }, ['fourth', 'third']],
      [{ sender: '!ada', recipient: 'ada' }, ['second']],
      [{ priority: '!4,!3', type: '!standup', sender: 'ada' }, ['fourth', 'third']],
      [{ thread: `!${first.conversation_thread_id}`, sender: 'ada' }, ['fourth', 'third']],
      [{ state: 'queued', recipient: 'bob' }, ['third']],
      [{ state: '!queued', sender: 'ada' }, ['first']],
    ];
    for (const [query, expected] of cases) {
      const answer = async () => (await project.admin.get('messages', query)).as<Page<Message>>(200).items;
      // The index for the full text reads the log a little later; all else is there at once.
      const items = 'q' in query ? await eventually('the index', answer, (found) => found.length >= expected.length) : await answer();
      assert.deepEqual(
        items.map((one) => one.content),
        expected,
        JSON.stringify(query),
      );
      items.forEach(assertMessage);
    }
  });

  it('has pages that miss nothing while others write', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (let n = 1; n <= 7; n++) await ada.tell('bob', `${n}`);

    const seen: (string | null)[] = [];
    let after: string | null = null;
    do {
      const page: Page<Message> = (await ada.rest.get('messages', { limit: 3, ...(after === null ? {} : { after }) })).as<Page<Message>>(
        200,
      );
      seen.push(...page.items.map((one) => one.content));
      after = page.next;
      await ada.tell('bob', 'meanwhile');
    } while (after !== null);

    assert.deepEqual(seen, ['7', '6', '5', '4', '3', '2', '1']);
  });

  it('has its newest messages at messages/recent', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const content of ['1', '2', '3']) await ada.tell('bob', content);

    const { items } = (await ada.rest.get('messages/recent', { limit: 2 })).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((one) => one.content),
      ['3', '2'],
    );
  });

  it('refuses a filter that makes no sense', async () => {
    const project = await TestProject.create(server);
    const cases: [string, string][] = [
      ['priority', '9'],
      ['priority', 'high'],
      ['since', 'yesterday'],
      ['until', '1'],
      ['thread', 'x'],
      ['execution', 'x'],
      ['limit', '0'],
      ['color', 'red'],
    ];
    for (const [name, value] of cases)
      assertNames((await project.admin.get('messages', { [name]: value })).problem(400, 'invalid_request'), name);
  });
});

describe('messages/{x}', { concurrency: 4 }, () => {
  it('is the message with that id, or else the inbox of that agent', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');

    assert.equal((await bob.rest.get(`messages/${id}`)).as<Message>(200).message_id, id);
    const inbox = (await bob.rest.get('messages/bob')).as(200);
    assert.deepEqual(inbox, (await bob.rest.get('agents/bob/inbox')).as(200));
    (await bob.rest.get('messages/0199e1c2-0000-7000-8000-000000000000')).problem(404, 'not_found');
    (await project.admin.get('messages/nobody')).problem(404, 'not_found');
  });
});

describe('A trace', { concurrency: 4 }, () => {
  it('follows each delivery through its stages', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'follow me');
    const stages = async () => {
      const delivery = await project.delivery(id);
      assertFields(delivery, [
        'delivery_id', 'message_id', 'agent_id', 'state', 'attempt', 'disconnects', 'queued_at', 'delivered_at',
        'surfaced_at', 'evidence', 'acknowledged_at', 'replied_at', 'last_error',
      ]); // prettier-ignore
      const { state, attempt } = delivery;
      return [
        state,
        attempt,
        ...[delivery.queued_at, delivery.delivered_at, delivery.surfaced_at, delivery.acknowledged_at].map((at) => at !== null),
      ];
    };

    assert.deepEqual(await stages(), ['queued', 1, true, false, false, false]);
    const { lease_id } = await bob.claimOne();
    assert.deepEqual(await stages(), ['leased', 1, true, true, false, false]);
    (await bob.rest.post(`messages/${id}/surfaced`)).succeeds();
    assert.deepEqual(await stages(), ['leased', 1, true, true, true, false]);
    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();
    assert.deepEqual(await stages(), ['acknowledged', 1, true, true, true, true]);
  });

  it('is for those who may read the message', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const id = await ada.tell('bob', 'secret');

    for (const reader of [ada.rest, bob.rest, project.admin]) (await reader.get(`messages/${id}/trace`)).as(200);
    (await eve.rest.get(`messages/${id}/trace`)).problem(404, 'not_found');
  });
});
