import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { assertMessage, time } from '../harness/shapes.ts';
import type { Message, Page } from '../harness/wire.ts';

const server = await startServer();

describe('A reply', { concurrency: 4 }, () => {
  it('goes on in the thread, says how it went, and is counted', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const question = await ada.send({ to: 'bob', content: 'Which port?', intent: 'request' });

    const answer = await bob.send({ to: 'ada', content: '8080', reply_to: question.message_id, outcome: 'success' });

    const { message } = await ada.claimOne();
    assert.equal(answer.conversation_thread_id, question.conversation_thread_id);
    assert.deepEqual([message.reply_to, message.outcome, message.hops], [question.message_id, 'success', 1]);
    const trace = await project.trace(question.message_id);
    assert.match(trace.deliveries[0]?.replied_at ?? '', time);
    assert.deepEqual(
      trace.replies.map((one) => one.message_id),
      [answer.message_id],
    );
  });

  it('counts its hops from one agent to the other', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    let last = await ada.send({ to: 'bob', content: '0' });
    for (const [from, to] of [
      [bob, 'ada'],
      [ada, 'bob'],
      [bob, 'ada'],
    ] as const)
      last = await from.send({ to, content: 'and', reply_to: last.message_id });

    assert.equal((await project.trace(last.message_id)).message.hops, 3);
  });

  it('is refused where what it answers cannot be read', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const secret = await ada.send({ to: 'bob', content: 'secret' });

    (await eve.rest.post('messages', { to: 'bob', content: 'x', reply_to: secret.message_id })).problem(404, 'not_found');
    (await eve.rest.post('messages', { to: 'bob', content: 'x', conversation_thread_id: secret.conversation_thread_id })).problem(
      404,
      'not_found',
    );
    (await eve.rest.post('messages', { to: 'bob', content: 'x', supersedes: secret.message_id })).problem(404, 'not_found');
    const nothing = '0199e1c2-0000-7000-8000-000000000000';
    (await bob.rest.post('messages', { to: 'ada', content: 'x', reply_to: nothing })).problem(404, 'not_found');
  });
});

describe('A scheduled message', { concurrency: 4 }, () => {
  it('is seen by its sender at once and by its recipient at its time', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const due = new Date(Date.now() + 2_000);
    const sent = await ada.send({ to: 'bob', content: 'later', deliver_at: due.toISOString() });

    assert.deepEqual(await bob.look(), []);
    (await bob.rest.get(`messages/${sent.message_id}`)).problem(404, 'not_found');
    (await ada.rest.get(`messages/${sent.message_id}`)).as(200);
    assert.equal((await project.delivery(sent.message_id)).state, 'scheduled');

    const item = await bob.claimOne();
    assert.equal(item.message.message_id, sent.message_id);
    assert.ok(Date.now() >= due.getTime() - 50, 'not before its time');
    (await bob.rest.get(`messages/${sent.message_id}`)).as(200);
  });
});

describe('A message that supersedes another', { concurrency: 4 }, () => {
  it('withdraws what nobody has taken yet', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const old = await ada.send({ to: 'bob', content: 'old' });

    const fresh = await ada.send({ to: 'bob', content: 'new', supersedes: old.message_id });

    assert.deepEqual(contents(await bob.look()), ['new']);
    const trace = await project.trace(old.message_id);
    assert.equal(trace.deliveries[0]?.state, 'withdrawn');
    assert.equal(trace.superseded_by, fresh.message_id);
    assert.equal((await project.trace(fresh.message_id)).message.supersedes, old.message_id);
  });

  it('must be of the same sender', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const old = await ada.send({ to: 'bob', content: 'old' });

    (await bob.rest.post('messages', { to: 'ada', content: 'x', supersedes: old.message_id })).problem(403, 'forbidden');
    assert.deepEqual(contents(await bob.look()), ['old']);
  });
});

describe('A deleted message', { concurrency: 4 }, () => {
  it('keeps its place and loses what it said', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const sent = await ada.send({ to: 'bob', content: 'hush', payload: { a: 1 }, metadata: { b: 2 } });

    (await bob.rest.delete(`messages/${sent.message_id}`)).problem(403, 'forbidden');
    (await ada.rest.delete(`messages/${sent.message_id}`)).succeeds();

    const tombstone = (await ada.rest.get(`messages/${sent.message_id}`)).as<Message>(200);
    assertMessage(tombstone);
    assert.equal(tombstone.deleted, true);
    assert.equal(tombstone.seq, sent.seq);
    assert.deepEqual([tombstone.content, tombstone.payload, tombstone.metadata], [null, null, null]);
    assert.deepEqual(await bob.look(), []);
    assert.equal((await project.delivery(sent.message_id)).state, 'withdrawn');
    assert.deepEqual((await ada.rest.get('messages', { q: 'hush' })).as<Page<Message>>().items, []);
  });

  it('leaves a delivery that was taken to be settled', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hush');
    const { lease_id } = await bob.claimOne();

    (await ada.rest.delete(`messages/${id}`)).succeeds();

    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();
  });
});
