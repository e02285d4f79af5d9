import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, assertMessage } from '../harness/shapes.ts';
import type { Message, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

interface Reply {
  status: string;
  reply: Message;
}

/** Takes the next request and answers it. */
async function answerNext(agent: TestAgent, fields: Record<string, unknown>): Promise<Message> {
  const { message, lease_id } = await agent.claimOne();
  await agent.send({ to: message.sender_id, reply_to: message.message_id, ...fields });
  (await agent.rest.post(`messages/${message.message_id}/ack`, { lease_id })).isEmpty();
  return message;
}

describe('A request', { concurrency: 4 }, () => {
  it('is answered with the first reply, which is then settled', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const asking = ada.rest.post('requests', { to: 'bob', content: 'Which port?', timeout_seconds: 20 });

    const asked = await answerNext(bob, { content: '8080', payload: { port: 8080 } });

    const answer = (await asking).as<Reply>(200);
    assertFields(answer, ['status', 'reply']);
    assertMessage(answer.reply);
    assert.equal(answer.status, 'success');
    assert.deepEqual([answer.reply.content, answer.reply.payload, answer.reply.reply_to], ['8080', { port: 8080 }, asked.message_id]);
    assert.deepEqual(await ada.look(), []);
    assert.equal((await project.delivery(answer.reply.message_id)).state, 'acknowledged');
  });

  it('tells an error that the recipient reports', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const asking = ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: 20 });

    await answerNext(bob, { content: 'I can not', outcome: 'error' });

    const answer = (await asking).as<Reply>(200);
    assert.deepEqual([answer.status, answer.reply.outcome], ['error', 'error']);
  });

  it('says when nobody replied in time; a later reply is ordinary', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    (await ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: 1 })).problem(504, 'request_timeout');

    await answerNext(bob, { content: 'too late' });
    assert.equal((await ada.claimOne()).message.content, 'too late');
  });

  it('leaves a second reply in the inbox', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const asking = ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: 20 });
    const asked = await answerNext(bob, { content: 'first' });
    assert.equal((await asking).as<Reply>(200).reply.content, 'first');

    await bob.send({ to: 'ada', content: 'second', reply_to: asked.message_id });

    assert.equal((await ada.claimOne()).message.content, 'second');
  });

  it('over a connection is stored first, then answered', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    socket.send('request:send', { to: 'bob', content: '?', timeout_seconds: 20 }, 'r1');

    const ok = await socket.take('ok', (frame) => frame.event === 'ok' && frame.id === 'r1');
    assert.equal((ok.data as SendAnswer).deliveries_total, 1);
    await answerNext(bob, { content: '!' });

    const answer = await socket.take('the answer', (frame) => frame.event === 'answer' && frame.id === 'r1');
    assert.deepEqual([(answer.data as Reply).status, (answer.data as Reply).reply.content], ['success', '!']);
    assert.deepEqual(await ada.look(), []);
  });

  it('over a connection says when nobody replied in time', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();
    socket.send('request:send', { to: 'bob', content: '?', timeout_seconds: 1 }, 'r1');

    await socket.take('ok', (frame) => frame.event === 'ok' && frame.id === 'r1');
    const error = await socket.take('the error', (frame) => frame.event === 'error' && frame.id === 'r1');
    assert.equal((error.data as { code: string }).code, 'request_timeout');
  });

  it('to nobody is refused at once', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    (await ada.rest.post('requests', { to: 'nobody', content: '?' })).problem(404, 'unknown_recipient');
  });

  it('waits a time that makes sense', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const seconds of [0, -1, 'long', 1e300])
      assertNames(
        (await ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: seconds })).problem(400, 'invalid_request'),
        'timeout_seconds',
      );
  });
});
