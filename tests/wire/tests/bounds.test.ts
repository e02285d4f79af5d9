import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject } from '../harness/project.ts';
import type { Answer } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { Message, Page, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

describe('Expiry', { concurrency: 4 }, () => {
  it('expires a delivery that nobody took in time, and keeps the message in the history', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const sent = await ada.send({ to: 'bob', content: 'soon stale', ttl_seconds: 1 });

    await project.timePasses(1.2);

    assert.deepEqual(await bob.look(), []);
    assert.deepEqual(await bob.claim(), []);
    await eventually(
      'the delivery to expire',
      () => project.delivery(sent.message_id),
      (delivery) => delivery.state === 'expired',
      120_000,
    );
    assert.equal((await ada.rest.get(`messages/${sent.message_id}`)).as<Message>(200).content, 'soon stale');
    const stats = (await project.admin.get('stats')).as<{ messages: { expired: number } }>(200);
    assert.equal(stats.messages.expired, 1);
  });

  it('happens after the message_ttl_seconds of the project', async () => {
    const project = await TestProject.create(server, { message_ttl_seconds: 120 });
    const [ada] = await project.pair();
    const { message } = await project.trace(await ada.tell('bob', 'hello'));

    assert.equal(Date.parse(message.expires_at!) - Date.parse(message.timestamp), 120_000);
  });

  it('makes room in the mailbox', async () => {
    const project = await TestProject.create(server, { mailbox_limit: 1 });
    const [ada] = await project.pair();
    await ada.send({ to: 'bob', content: 'stale', ttl_seconds: 1 });
    await project.timePasses(1.2);

    const send = () => ada.rest.post('messages', { to: 'bob', content: 'fresh' });
    const sent = (answer: Answer) => {
      if (answer.status !== 201) answer.problem(429, 'mailbox_full');
      return answer.status === 201;
    };
    await eventually('room in the mailbox', send, sent, 120_000);
  });
});

describe('A full mailbox', { concurrency: 4 }, () => {
  it('refuses a direct send, and accepts one when there is room again', async () => {
    const project = await TestProject.create(server, { mailbox_limit: 2 });
    const [ada, bob] = await project.pair();
    const first = await ada.tell('bob', '1');
    await ada.tell('bob', '2');

    const full = (await ada.rest.post('messages', { to: 'bob', content: '3' })).problem(429, 'mailbox_full');
    assert.equal(full.retryable, true);
    assert.deepEqual(contents(await bob.look()), ['1', '2'], 'nothing confirmed makes room');

    (await bob.rest.post(`messages/${first}/ack`)).isEmpty();
    await ada.tell('bob', '4');
    assert.deepEqual(contents(await bob.look()), ['2', '4']);
  });

  it('is skipped and named by a send to a group', async () => {
    const project = await TestProject.create(server, { mailbox_limit: 1 });
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    await ada.tell('bob', 'full now');

    const sent = await ada.send({ to: '*', content: 'to all' });

    const outlooks = Object.fromEntries(sent.deliveries.map((one) => [one.agent_id, [one.outlook, one.refused]]));
    assert.deepEqual(outlooks, { bob: [null, 'mailbox_full'], eve: ['held_until_back', null] });
    assert.deepEqual(contents(await eve.look()), ['to all']);
    assert.deepEqual(contents(await bob.look()), ['full now']);
  });
});

describe('The rate of an agent', { concurrency: 4 }, () => {
  it('is limited, with the time to wait, over every transport', async () => {
    const project = await TestProject.create(server, { rate_limit_per_second: 0.01, rate_limit_burst: 3 });
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    for (const content of ['1', '2', '3']) await ada.tell('bob', content);

    const limited = (await ada.rest.post('messages', { to: 'bob', content: '4' })).problem(429, 'rate_limited');
    assert.equal(limited.retryable, true);
    const frame = await socket.refused('message:send', { to: 'bob', content: '5' }, 429, 'rate_limited');
    assert.ok(frame.retry_after !== undefined && frame.retry_after > 0);
    assert.deepEqual(contents(await bob.look()), ['1', '2', '3']);
    await bob.tell('ada', 'the others are free');
  });

  it('applies to everything that makes log entries, and counts only real changes', async () => {
    const project = await TestProject.create(server, { rate_limit_per_second: 0.01, rate_limit_burst: 3 });
    const [ada, bob] = await project.pair();
    const message = await ada.tell('bob', 'hello');
    const socket = await ada.connect();
    const entries = async () => Number((await socket.ok<{ place: string }>('subscribe', { feeds: { messages: {} } })).place.split('-')[1]);

    await socket.ok('agent:status', { activity: 'working' });
    const before = await entries();
    for (let n = 0; n < 20; n++) await socket.ok('agent:status', { activity: 'working' });
    assert.equal(await entries(), before, 'A status that changes nothing is an entry.');

    await socket.ok('agent:status', { activity: 'idle' });
    await socket.ok('agent:status', { activity: 'working' });
    const limited = await socket.refused('agent:status', { activity: 'idle' }, 429, 'rate_limited');
    assert.ok(limited.retry_after !== undefined && limited.retry_after > 0);
    (await ada.rest.put(`messages/${message}/reactions/seen`)).problem(429, 'rate_limited');
    await ada.tell('bob', 'sends are counted apart');

    const { execution_id } = (await bob.rest.post('executions', { title: 'work' })).as<{ execution_id: string }>(201);
    for (let n = 0; n < 3; n++) (await bob.rest.post(`executions/${execution_id}/logs`, { message: `${n}` })).succeeds();
    (await bob.rest.post(`executions/${execution_id}/logs`, { message: 'too fast' })).problem(429, 'rate_limited');
    (await bob.rest.post(`executions/${execution_id}/complete`, {})).succeeds();
  });

  it('is lifted by 0', async () => {
    const project = await TestProject.create(server, { rate_limit_per_second: 0 });
    const [ada] = await project.pair();
    for (let burst = 0; burst < 3; burst++) {
      const items = Array.from({ length: 1_000 }, (_, n) => ({ to: 'bob', content: `${n}` }));
      const answers = (await ada.rest.post('messages/batch', { items })).as<{ items: { status: number }[] }>().items;
      assert.ok(answers.every((one) => one.status === 201));
    }
  });
});

describe('Retention', { concurrency: 4 }, () => {
  it('of 0 days keeps messages forever', async () => {
    const project = await TestProject.create(server, { retention_days: 0 });
    const [ada] = await project.pair();
    const sent: SendAnswer = await ada.send({ to: 'bob', content: 'kept' });
    const { items } = (await ada.rest.get('messages')).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((one) => one.message_id),
      [sent.message_id],
    );
  });
});
