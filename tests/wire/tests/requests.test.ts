import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject, type TestAgent } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { binary, startServer } from '../harness/server.ts';
import { Socket } from '../harness/socket.ts';
import { assertFields, assertMessage } from '../harness/shapes.ts';
import type { Message, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

interface Reply {
  status: string;
  reply: Message;
}

/** Takes the next request and answers it. */
async function answerNext(agent: TestAgent, fields: Record<string, unknown>): Promise<Message> {
  const { message, lease_id } = await agent.claimOne({ max: 1 });
  await agent.send({ to: message.sender_id, reply_to: message.message_id, ...fields });
  (await agent.rest.post(`messages/${message.message_id}/ack`, { lease_id })).isEmpty();
  return message;
}

/** What else the asker's mailbox may be up to. None of it keeps the answer from who waits for it. */
const situations: Record<string, (ada: TestAgent, bob: TestAgent) => Promise<unknown>> = {
  'nothing waits': async () => undefined,
  'one message waits': (ada, bob) => bob.tell(ada.id, 'waits'),
  'many messages of every priority wait': (ada, bob) =>
    Promise.all(Array.from({ length: 40 }, (_, n) => bob.send({ to: ada.id, content: 'waits', priority: 1 + (n % 4) }))),
  'its mailbox is full': (ada, bob) => Promise.all(Array.from({ length: 50 }, () => bob.tell(ada.id, 'waits'))),
  'a message is leased by a claim, and one waits': async (ada, bob) => {
    for (const content of ['claimed', 'waits']) await bob.tell(ada.id, content);
    await ada.claim({ max: 1 });
  },
  'a connection takes nothing': (ada) => ada.connect({ query: { window: 0 } }),
  'a connection takes nothing, and a message waits': async (ada, bob) => {
    await bob.tell(ada.id, 'waits');
    await ada.connect({ query: { window: 0 } });
  },
  'a connection has room': (ada) => ada.connect({ query: { window: 1 } }),
  'a connection is full': async (ada, bob) => {
    await ada.connect({ query: { window: 1 } });
    for (const content of ['held', 'waits']) await bob.tell(ada.id, content);
  },
  'a connection takes other types only': async (ada, bob) => {
    await (await ada.connect()).ok('mailbox:filter', { types: ['rare'] });
    await bob.tell(ada.id, 'waits');
  },
  'it is paused': (ada) => ada.project.admin.post(`agents/${ada.id}/pause`),
  'it is paused, and a message waits': async (ada, bob) => {
    await ada.project.admin.post(`agents/${ada.id}/pause`);
    await bob.tell(ada.id, 'waits');
  },
  'it has a relay open': (ada) =>
    Socket.connect(server.url, `/ws/agent/messages/${ada.project.id}`, { token: ada.token, query: { agent_id: ada.id } }),
};

const ways: Record<string, (ada: TestAgent) => Promise<Reply>> = {
  'over REST': async (ada) => (await ada.rest.post('requests', { to: 'bob', content: 'Which port?', timeout_seconds: 60 })).as<Reply>(200),
  'over a connection': async (ada) => {
    const socket = await ada.connect({ query: { window: 0 } });
    socket.send('request:send', { to: 'bob', content: 'Which port?', timeout_seconds: 60 }, 'r1');
    return (await socket.take('the answer', (frame) => frame.id === 'r1' && frame.event !== 'ok')).data as Reply;
  },
};

ways['from the command line'] = async (ada) => {
  const { stdout } = await promisify(execFile)(binary, ['request', 'bob', 'Which port?', '--timeout', '60', '--json'], {
    env: { ...process.env, PARLEY_URL: server.url, PARLEY_TOKEN: ada.token, PARLEY_AGENT: ada.id },
  });
  return JSON.parse(stdout) as Reply;
};

describe('A request is answered', { concurrency: 4 }, () => {
  for (const [situation, prepare] of Object.entries(situations)) {
    for (const [way, ask] of Object.entries(ways)) {
      it(`${way} when ${situation}`, async () => {
        const project = await TestProject.create(server, { mailbox_limit: 50 });
        const [ada, bob] = await project.pair();
        await prepare(ada, bob);
        const waiting = contents(await ada.look({ max: 100 }));

        const asking = ask(ada);
        await answerNext(bob, { content: '8080' });

        const { status, reply } = await asking;
        assert.deepEqual([status, reply.content], ['success', '8080']);
        await eventually(
          'the answer to be settled',
          () => project.delivery(reply.message_id),
          ({ state }) => state === 'acknowledged',
        );
        assert.deepEqual(contents(await ada.look({ max: 100 })), waiting);
      });
    }
  }

  it('when a person asks whose inbox holds something', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();
    await bob.tell('human', 'waits');
    const asking = project.admin.post('requests', { to: 'bob', content: 'Ready?', timeout_seconds: 60 });

    await answerNext(bob, { content: 'yes' });

    assert.equal((await asking).as<Reply>(200).reply.content, 'yes');
  });

  it('each with its own reply, however fast they come', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    await bob.tell('ada', 'waits');
    const [asker, answerer] = [await ada.connect({ query: { window: 0 } }), await bob.connect()];
    const numbers = Array.from({ length: 100 }, (_, n) => `${n}`);

    for (const n of numbers) asker.send('request:send', { to: 'bob', content: n, timeout_seconds: 60 }, n);
    for (const _ of numbers) {
      const { message } = await answerer.received();
      answerer.send('message:send', { to: 'ada', content: message.content, reply_to: message.message_id });
      answerer.send('message:ack', { message_id: message.message_id });
    }

    for (const n of numbers) {
      const { data } = await asker.take(`the answer to ${n}`, (frame) => frame.id === n && frame.event !== 'ok');
      assert.equal((data as Reply).reply?.content, n);
    }
  });
});

describe('A request', { concurrency: 4 }, () => {
  it('to a group without anybody else is refused at once', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    (await project.admin.post('squads', { squad_id: 'alone', name: 'Alone', members: [{ agent_id: 'ada' }] })).succeeds();
    const socket = await ada.connect();
    for (const to of ['squad:alone', 'role:nobody', 'topic:silence', '*']) {
      const asked = { to, content: 'Anybody?', timeout_seconds: 3600 };
      const { detail } = (await ada.rest.post('requests', asked)).problem(404, 'unknown_recipient');
      assert.match(detail ?? '', /nobody could reply/);
      await socket.refused('request:send', asked, 404, 'unknown_recipient');
    }

    const { items } = (await project.admin.get('messages')).as<{ items: Message[] }>(200);
    assert.deepEqual(items, [], 'nothing was stored');
  });

  it('whose recipients all have a full mailbox is answered at once', async () => {
    const project = await TestProject.create(server, { mailbox_limit: 1 });
    const [ada, bob] = await project.pair();
    (await project.admin.post('squads', { squad_id: 'full', name: 'Full', members: [{ agent_id: 'bob' }] })).succeeds();
    await ada.tell(bob.id, 'fills');

    (await ada.rest.post('requests', { to: 'squad:full', content: '?', timeout_seconds: 3600 })).problem(429, 'mailbox_full');
  });

  it('whose only recipient gives it up is answered with an error', async () => {
    const project = await TestProject.create(server, { max_attempts: 1, retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const asking = ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: 3600 });
    const { message, lease_id } = await bob.claimOne();
    (await bob.rest.post(`messages/${message.message_id}/nack`, { lease_id, reason: 'no idea' })).isEmpty();

    const { status, reply } = (await asking).as<Reply>(200);
    assert.deepEqual([status, reply.message_type], ['error', 'delivery_failed']);
  });

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

  it('is answered by a reply that was delayed, at its time', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (const content of ['waits', 'waits too']) await bob.tell('ada', content);
    const socket = await ada.connect({ query: { window: 1 } });
    socket.send('request:send', { to: 'bob', content: '?', timeout_seconds: 60 }, 'r1');
    const asking = ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: 60 });
    const deliver_at = new Date(Date.now() + 1000).toISOString();

    for (const _ of [1, 2]) await answerNext(bob, { content: '!', deliver_at });

    assert.equal((await asking).as<Reply>(200).reply.content, '!');
    const answer = await socket.take('the answer', (frame) => frame.event === 'answer' && frame.id === 'r1');
    assert.equal((answer.data as Reply).reply.content, '!');
    await eventually(
      'the answers to be settled',
      () => ada.look(),
      (items) => items.every((item) => item.message.content !== '!'),
    );
  });

  it('tells an error that the recipient reports', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const asking = ada.rest.post('requests', { to: 'bob', content: '?', timeout_seconds: 20 });

    await answerNext(bob, { content: 'I cannot', outcome: 'error' });

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
