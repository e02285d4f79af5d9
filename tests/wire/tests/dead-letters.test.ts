import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { assertMessage } from '../harness/shapes.ts';
import type { Agent, Delivery, Message, Page } from '../harness/wire.ts';

const server = await startServer();

interface DeadLetter {
  delivery: Delivery;
  message: Message;
  reason: string;
  died_at: string;
  attempts: { attempt: number; at: string | null; ended_at: string; outcome: string; error: string | null }[];
  requeued: { at: string; by: string | null; died_at: string | null }[];
  receiver: { status: string; answered_at: string | null };
}

interface DeadLetterGroup {
  agent_id: string;
  reason: string;
  count: number;
  oldest_at: string;
  newest_at: string;
  last_error: string | null;
}

/** A project in which a delivery that fails once is dead. */
async function strictProject() {
  const project = await TestProject.create(server, { max_attempts: 1, retry_delay_seconds: 0 });
  const [ada, bob] = await project.pair();
  return { project, ada, bob };
}

/** Sends a message to bob, who refuses it for good. */
async function die(ada: TestAgent, bob: TestAgent, content: string, type = 'text'): Promise<string> {
  const { message_id: id } = await ada.send({ to: 'bob', content, message_type: type });
  const { lease_id } = await bob.claimOne();
  (await bob.rest.post(`messages/${id}/nack`, { lease_id, reason: `no ${content}` })).succeeds();
  return id;
}

describe('A dead letter', { concurrency: 4 }, () => {
  it('is a delivery that failed max_attempts times', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hopeless');
    for (const attempt of [1, 2, 3, 4]) {
      const item = await bob.claimOne();
      assert.equal(item.attempt, attempt);
      (await bob.rest.post(`messages/${id}/nack`, { lease_id: item.lease_id, reason: `try ${attempt}` })).succeeds();
    }

    assert.deepEqual(await bob.claim(), []);
    const { items } = (await project.admin.get('dead-letters')).as<Page<DeadLetter>>(200);
    assert.equal(items.length, 1);
    assertMessage(items[0]!.message);
    const { delivery, message, reason } = items[0]!;
    assert.equal(reason, 'rejected');
    assert.deepEqual([message.message_id, delivery.agent_id, delivery.state, delivery.last_error], [id, 'bob', 'dead', 'try 4']);
  });

  it('can also result from lapsed leases', async () => {
    const { project, ada, bob } = await strictProject();
    const id = await ada.tell('bob', 'slow');
    await bob.claimOne({ lease_seconds: 1 });

    const notice = await ada.claimOne();
    assert.equal(notice.message.message_type, 'delivery_failed');
    assert.equal((await project.delivery(id)).state, 'dead');
  });

  it('notifies its sender', async () => {
    const { ada, bob } = await strictProject();
    const id = await die(ada, bob, 'bad news');

    const { message } = await ada.claimOne();

    assertMessage(message);
    assert.deepEqual(
      [message.message_type, message.sender_id, message.authority, message.recipient_id],
      ['delivery_failed', 'parley', 'system', 'ada'],
    );
    assert.ok(JSON.stringify(message).includes(id), 'it names the message that died');
  });

  it('notifies its sender each time it dies', async () => {
    const { project, ada, bob } = await strictProject();
    const id = await die(ada, bob, 'once more');
    (await ada.rest.post(`messages/${(await ada.claimOne()).message.message_id}/ack`)).isEmpty();
    const { delivery_id: delivery } = await project.delivery(id);

    (await project.admin.post(`dead-letters/${delivery}/requeue`)).succeeds();
    const { lease_id } = await bob.claimOne();
    (await bob.rest.post(`messages/${id}/nack`, { lease_id, reason: 'again' })).succeeds();

    const { message } = await ada.claimOne();
    assert.deepEqual(
      [message.message_type, message.payload],
      ['delivery_failed', { message_id: id, agent_id: 'bob', delivery_id: delivery, state: 'dead', attempts: 1, last_error: 'again' }],
    );
  });

  it('notifies a sender whose mailbox is full', async () => {
    const project = await TestProject.create(server, { max_attempts: 1, retry_delay_seconds: 0, mailbox_limit: 1 });
    const [ada, bob] = await project.pair();
    await bob.tell('ada', 'fills');
    const id = await die(ada, bob, 'bad news');

    const waiting = await eventually(
      'the notice',
      () => ada.look(),
      ({ length }) => length === 2,
    );

    assert.deepEqual(
      waiting.map(({ message }) => [message.message_type, message.reply_to]),
      [
        ['text', null],
        ['delivery_failed', id],
      ],
    );
    (await bob.rest.post('messages', { to: 'ada', content: 'no room' })).problem(429, 'mailbox_full');
  });

  it('that is itself a delivery_failed notifies nobody', async () => {
    const { project, ada, bob } = await strictProject();
    await die(ada, bob, 'bad news');
    const notice = await ada.claimOne();
    (await ada.rest.post(`messages/${notice.message.message_id}/nack`, { lease_id: notice.lease_id })).succeeds();

    const { items } = (await project.admin.get('messages')).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((one) => one.message_type),
      ['delivery_failed', 'text'],
    );
  });

  it('can be requeued with a fresh set of attempts', async () => {
    const { project, ada, bob } = await strictProject();
    const id = await die(ada, bob, 'once more');
    const { delivery_id: delivery } = await project.delivery(id);

    (await project.admin.post(`dead-letters/${delivery}/requeue`)).succeeds();

    const item = await bob.claimOne();
    assert.deepEqual([item.message.message_id, item.delivery_id, item.attempt], [id, delivery, 1]);
    (await bob.rest.post(`messages/${id}/ack`, { lease_id: item.lease_id })).isEmpty();
    (await project.admin.post(`dead-letters/${delivery}/requeue`)).problem(404, 'not_found');
  });

  it('says what happened to it, and whether its reader answers', async () => {
    const project = await TestProject.create(server, { max_attempts: 2, retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hopeless');
    const fail = async (reason: string) => {
      const { lease_id } = await bob.claimOne();
      (await bob.rest.post(`messages/${id}/nack`, { lease_id, reason })).succeeds();
    };
    await fail('one');
    await fail('"two"');
    const { delivery_id: delivery } = await project.delivery(id);
    (await project.admin.post(`dead-letters/${delivery}/requeue`)).succeeds();
    await fail('three');
    await fail('four');

    const dead = (await project.admin.get(`dead-letters/${delivery}`)).as<DeadLetter>(200);
    const { items } = (await bob.rest.get('dead-letters')).as<Page<DeadLetter>>(200);

    assert.deepEqual(
      dead.attempts.map(({ attempt, outcome, error }) => [attempt, outcome, error]),
      [
        [1, 'rejected', 'one'],
        [2, 'rejected', '"two"'],
        [1, 'rejected', 'three'],
        [2, 'rejected', 'four'],
      ],
    );
    for (const { at, ended_at } of dead.attempts) assert.ok(at !== null && at <= ended_at, `${at} to ${ended_at}`);
    const [requeue, ...more] = dead.requeued;
    assert.deepEqual([more, requeue?.by, requeue?.died_at], [[], 'admin', dead.attempts[1]!.ended_at]);
    assert.equal(dead.attempts.at(-1)!.ended_at, dead.died_at);
    assert.ok(
      dead.receiver.answered_at !== null && dead.receiver.answered_at >= dead.attempts[0]!.at!,
      dead.receiver.answered_at ?? 'never',
    );
    assert.deepEqual(items, [dead]);
  });

  it('can be sent anew, changed, once per key', async () => {
    const { project, ada, bob } = await strictProject();
    const id = await die(ada, bob, 'wrong', 'order');
    const { delivery_id: delivery } = await project.delivery(id);
    const resend = (body: unknown, headers?: Record<string, string>) =>
      project.admin.post(`dead-letters/${delivery}/resend`, body, headers === undefined ? {} : { headers });

    (await resend({ to: 'nobody' })).problem(404, 'unknown_recipient');
    (await resend({ colour: 'red' })).problem(400, 'invalid_request');
    const key = { 'idempotency-key': 'anew' };
    const first = await resend({ content: 'right' }, key);
    const again = await resend({ content: 'right' }, key);

    const sent = first.as<{ message_id: string; conversation_thread_id: string }>(201);
    assert.equal(again.text, first.text);
    (await resend({ content: 'other' }, key)).problem(409, 'idempotency_conflict');
    const { message } = await bob.claimOne();
    assert.deepEqual(
      [message.message_id, message.content, message.message_type, message.sender_id, message.conversation_thread_id, message.reply_to],
      [sent.message_id, 'right', 'order', 'human', id, null],
    );
    assert.equal((await project.delivery(id)).state, 'withdrawn');
    assert.deepEqual((await project.admin.get('dead-letters')).as<Page<DeadLetter>>(200).items, []);
    (await resend({})).problem(404, 'not_found');
  });

  it('can be purged', async () => {
    const { project, ada, bob } = await strictProject();
    const { delivery_id: delivery } = await project.delivery(await die(ada, bob, 'rubbish'));

    (await project.admin.delete(`dead-letters/${delivery}`)).succeeds();

    assert.deepEqual((await project.admin.get('dead-letters')).as<Page<DeadLetter>>(200).items, []);
    (await project.admin.delete(`dead-letters/${delivery}`)).problem(404, 'not_found');
    assert.equal((await project.admin.get('agents/bob')).as<Agent>().mailbox.dead, 0);
  });

  it('can be read by its own agent, and by no other agent', async () => {
    const { project, ada, bob } = await strictProject();
    const eve = await project.agent('eve');
    const id = await die(ada, bob, 'private');
    const seen = async (agent: TestAgent) =>
      (await agent.rest.get('dead-letters')).as<Page<DeadLetter>>(200).items.map((one) => one.message.message_id);

    assert.deepEqual(await seen(bob), [id]);
    assert.deepEqual(await seen(eve), []);
    const { delivery_id: delivery } = await project.delivery(id);
    for (const agent of [ada, bob, eve]) {
      (await agent.rest.post(`dead-letters/${delivery}/requeue`)).problem(403, 'forbidden');
      (await agent.rest.delete(`dead-letters/${delivery}`)).problem(403, 'forbidden');
      (await agent.rest.post('dead-letters/requeue', {})).problem(403, 'forbidden');
      (await agent.rest.post('dead-letters/purge', {})).problem(403, 'forbidden');
    }
  });
});

describe('Dead letters', { concurrency: 4 }, () => {
  it('can be requeued all at once, with a filter', async () => {
    const { project, ada, bob } = await strictProject();
    await die(ada, bob, '1', 'standup');
    await die(ada, bob, '2');
    await die(ada, bob, '3', 'standup');

    assert.deepEqual((await project.admin.post('dead-letters/requeue', { type: 'standup' })).as(200), { count: 2, refused: [] });

    assert.deepEqual(contents(await bob.look()), ['1', '3']);
    assert.equal((await project.admin.get('dead-letters')).as<Page<DeadLetter>>().items.length, 1);
  });

  it('can be purged all at once, with a filter', async () => {
    const { project, ada, bob } = await strictProject();
    await die(ada, bob, '1');
    await die(ada, bob, '2');

    assert.deepEqual((await project.admin.post('dead-letters/purge', { agent_id: 'ada' })).as(200), { count: 0, refused: [] });
    assert.deepEqual((await project.admin.post('dead-letters/purge', {})).as(200), { count: 2, refused: [] });

    assert.deepEqual((await project.admin.get('dead-letters')).as<Page<DeadLetter>>().items, []);
    assert.deepEqual(await bob.look(), []);
  });

  it('are requeued by their ids, and the answer names those that are none', async () => {
    const { project, ada, bob } = await strictProject();
    for (const content of ['1', '2', '3']) await die(ada, bob, content);
    const { items } = (await project.admin.get('dead-letters')).as<Page<DeadLetter>>(200);
    const ids = items.map((one) => one.delivery.delivery_id);

    const answer = (await project.admin.post('dead-letters/requeue', { delivery_ids: [ids[0], ids[2], ids[0], '99999999', 'x'] })).as(200);

    const refused = ['99999999', 'x'].map((delivery_id) => ({ delivery_id, code: 'not_found' }));
    assert.deepEqual(answer, { count: 2, refused });
    assert.deepEqual(contents(await bob.look()).sort(), ['1', '3']);
    (await project.admin.post('dead-letters/purge', { delivery_ids: [] })).problem(400, 'invalid_request');
    (await project.admin.post('dead-letters/purge', { delivery_ids: Array(1001).fill('1') })).problem(400, 'invalid_request');
    assert.deepEqual((await project.admin.post('dead-letters/purge', { delivery_ids: ids })).as(200), {
      count: 1,
      refused: [ids[0], ids[2]].map((delivery_id) => ({ delivery_id, code: 'not_found' })),
    });
  });

  it('are counted by agent and by how they died', async () => {
    const { project, ada, bob } = await strictProject();
    await die(ada, bob, '1');
    await die(ada, bob, '2');
    await ada.tell('bob', 'slow');
    await bob.claimOne({ lease_seconds: 1 });
    await eventually(
      'the lapsed lease',
      async () => (await project.admin.get('dead-letters', { reason: 'lease_lapsed' })).as<Page<DeadLetter>>(200).items,
      ({ length }) => length === 1,
    );

    const groups = async (agent: TestAgent | TestProject['admin']) =>
      ('rest' in agent ? await agent.rest.get('dead-letters/groups') : await agent.get('dead-letters/groups')).as<Page<DeadLetterGroup>>(
        200,
      ).items;
    const found = await groups(project.admin);
    assert.deepEqual(
      found.map(({ agent_id, reason, count, last_error }) => [agent_id, reason, count, last_error]),
      [
        ['bob', 'rejected', 2, 'no 2'],
        ['bob', 'lease_lapsed', 1, 'the lease lapsed'],
      ],
    );
    assert.ok(found[0]!.oldest_at < found[0]!.newest_at);
    assert.deepEqual(await groups(bob), found);
    assert.deepEqual(await groups(ada), []);
    (await project.admin.get('dead-letters', { reason: 'boredom' })).problem(400, 'invalid_request');
  });

  it('are listed newest first, in pages', async () => {
    const { project, ada, bob } = await strictProject();
    for (const content of ['1', '2', '3']) await die(ada, bob, content);

    const first = (await project.admin.get('dead-letters', { limit: 2 })).as<Page<DeadLetter>>(200);
    assert.ok(first.next);
    const second = (await project.admin.get('dead-letters', { limit: 2, after: first.next })).as<Page<DeadLetter>>(200);
    assert.deepEqual(
      [...first.items, ...second.items].map((one) => one.message.content),
      ['3', '2', '1'],
    );
    assert.equal(second.next, null);
  });
});
