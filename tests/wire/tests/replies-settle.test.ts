import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import type { TestAgent } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { BatchItem } from '../harness/wire.ts';

const server = await startServer();

type Fields = Record<string, unknown>;

/** The ways to reply. */
const ways: Record<string, (bob: TestAgent, id: string, fields: Fields) => Promise<void>> = {
  'POST messages': async (bob, id, fields) => {
    (await bob.rest.post('messages', { content: 'done', reply_to: id, ...fields })).succeeds();
  },
  'POST messages/batch': async (bob, id, fields) => {
    const answer = await bob.rest.post('messages/batch', { items: [{ content: 'done', reply_to: id, ...fields }] });
    assert.equal(answer.as<{ items: BatchItem[] }>(200).items[0]!.status, 201);
  },
  'message:reply': async (bob, id, fields) => {
    const socket = await bob.connect({ query: { window: 0 } });
    await socket.ok('message:reply', { message_id: id, content: 'done', ...fields });
  },
  'message:send': async (bob, id, fields) => {
    const socket = await bob.connect({ query: { window: 0 } });
    await socket.ok('message:send', { to: 'ada', content: 'done', reply_to: id, ...fields });
  },
  'many message:send in a frame': async (bob, id, fields) => {
    const socket = await bob.connect({ query: { window: 0 } });
    await socket.ok('message:send', { items: [{ to: 'ada', content: 'done', reply_to: id, ...fields }] });
  },
};

describe('A reply', { concurrency: 4 }, () => {
  for (const [way, reply] of Object.entries(ways)) {
    it(`by ${way} settles the message that it answers, claimed or waiting`, async () => {
      const project = await TestProject.create(server);
      const [ada, bob] = await project.pair();
      const claimed = await ada.tell('bob', 'claimed');
      const { lease_id } = await bob.claimOne();
      const waiting = await ada.tell('bob', 'waiting');

      await reply(bob, claimed, {});
      await reply(bob, waiting, {});

      for (const id of [claimed, waiting]) assert.equal((await project.delivery(id)).state, 'acknowledged');
      assert.deepEqual(await bob.look(), []);
      // Who acknowledges all the same is told that all is well.
      (await bob.rest.post(`messages/${claimed}/ack`, { lease_id })).isEmpty();
      (await bob.rest.post(`messages/${waiting}/ack`)).isEmpty();
      (await bob.rest.post(`messages/${claimed}/nack`, { lease_id })).problem(409, 'lease_lost');
    });

    it(`by ${way} keeps the message where it says so, or only promises to do it`, async () => {
      const project = await TestProject.create(server);
      const [ada, bob] = await project.pair();
      const id = await ada.tell('bob', 'long work');
      const { lease_id } = await bob.claimOne();

      await reply(bob, id, { settle: false });
      await reply(bob, id, { intent: 'ack' });
      assert.equal((await project.delivery(id)).state, 'leased');

      await reply(bob, id, { intent: 'ack', settle: true });
      assert.equal((await project.delivery(id)).state, 'acknowledged');
      (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();
    });
  }

  it('over the connection that has the message makes room for the next one, and an acknowledgement after it is ok', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect({ query: { window: 1 } });
    const ids = [await ada.tell('bob', '1'), await ada.tell('bob', '2'), await ada.tell('bob', '3')];

    for (const id of ids) {
      const { message, lease_id } = await socket.received();
      assert.equal(message.message_id, id);
      await socket.ok('message:reply', { message_id: id, content: 'done' });
      await socket.ok('message:ack', { message_id: id, lease_id });
    }

    await socket.close();
    assert.deepEqual(await bob.look(), []);
  });

  it('leaves what others have of the message alone, and settles nothing where it is refused', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const { message_id } = await ada.send({ to: ['bob', 'eve'], content: 'both of you' });

    (await bob.rest.post('messages', { to: 'nobody', content: 'x', reply_to: message_id })).problem(404, 'unknown_recipient');
    assert.equal((await bob.look()).length, 1);
    await bob.send({ content: 'mine is done', reply_to: message_id });

    assert.deepEqual(await bob.look(), []);
    assert.equal((await eve.claimOne()).message.message_id, message_id);
  });

  it('by an administrator in the name of an agent settles what that agent has', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    await ada.tell('human', 'for a person');

    (await project.admin.post('messages', { sender_id: 'bob', content: 'done', reply_to: id })).succeeds();

    assert.equal((await project.delivery(id)).state, 'acknowledged');
  });

  it('sent again under its key is one message, and another if it settles otherwise', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    await bob.claimOne();
    const reply = { content: 'done', reply_to: id, idempotency_key: 'answer', settle: false };
    const first = await bob.send(reply);

    const again = await bob.send(reply);
    (await bob.rest.post('messages', { ...reply, settle: true })).problem(409, 'idempotency_conflict');

    assert.deepEqual([again.message_id, again.duplicate], [first.message_id, true]);
    assert.equal((await project.delivery(id)).state, 'leased');
  });

  it('is what settle is for', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const settle of [true, false])
      assertNames((await ada.rest.post('messages', { to: 'bob', content: 'x', settle })).problem(400, 'invalid_request'), 'settle');
    assertNames((await ada.rest.post('messages', { to: 'bob', content: 'x', settle: 'no' })).problem(400, 'invalid_request'), 'settle');
  });
});
