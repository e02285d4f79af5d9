import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject, type TestAgent } from '../harness/project.ts';
import { assertProblem } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { Socket, upgradeStatus } from '../harness/socket.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { Frame, Message, Page, Problem } from '../harness/wire.ts';

const server = await startServer();

interface Relayed {
  id: string;
  project_id: string;
  sender_agent_id: string;
  sender_agent_type: string | null;
  message_type: string;
  content: string | null;
  metadata: unknown;
  created_at: string;
}

function relay(agent: TestAgent, query: Record<string, string | number> = {}): Promise<Socket<Relayed>> {
  const path = `/ws/agent/messages/${agent.project.id}`;
  return Socket.connect<Relayed>(server.url, path, { token: agent.token, query: { agent_id: agent.id, ...query } });
}

async function heard(socket: Socket<Relayed>, count: number): Promise<(string | null)[]> {
  const said: (string | null)[] = [];
  for (let n = 0; n < count; n++) said.push((await socket.take('a relayed message')).content);
  return said;
}

describe('The relay', { concurrency: 6 }, () => {
  it('stores what an agent sends and brings it to every other agent, never to its sender', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const [a, b, e] = [await relay(ada), await relay(bob), await relay(eve)];

    a.sendJson({ type: 'discovery', content: 'found it', agent_type: 'scout', metadata: { file: 'a.py' } });

    for (const socket of [b, e]) {
      const message = await socket.take('the message');
      assertFields(message, [
        'id',
        'project_id',
        'sender_agent_id',
        'sender_agent_type',
        'message_type',
        'content',
        'metadata',
        'created_at',
      ]);
      assert.match(message.id, uuid7);
      assert.match(message.created_at, time);
      const { id: _, created_at: __, ...rest } = message;
      assert.deepEqual(rest, {
        project_id: project.id,
        sender_agent_id: 'ada',
        sender_agent_type: 'scout',
        message_type: 'discovery',
        content: 'found it',
        metadata: { file: 'a.py' },
      });
    }
    const { items } = (await project.admin.get('messages')).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((one) => [one.sender_id, one.to, one.message_type, one.content]),
      [['ada', '*', 'discovery', 'found it']],
    );

    b.sendJson({ content: 'thanks' });
    const answer = await a.take('the first that ada hears');
    assert.deepEqual([answer.sender_agent_id, answer.message_type, answer.content], ['bob', 'status', 'thanks']);
  });

  it('takes the usual types, and any other that is one', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [a, b] = [await relay(ada), await relay(bob)];
    for (const type of ['status', 'request', 'discovery', 'coordination', 'my.own-type_1']) {
      a.sendJson({ type, content: type });
      assert.equal((await b.take(type)).message_type, type);
    }
  });

  it('sends every message to everybody, however it was sent, in log order', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const b = await relay(bob);
    await ada.tell('*', '1');
    await ada.tell('bob', 'for bob alone');
    (await ada.rest.post('broadcast', { content: '2' })).succeeds();
    await bob.tell('*', 'his own');
    await ada.tell('*', '3');

    assert.deepEqual(await heard(b, 3), ['1', '2', '3']);
  });

  it('keeps its project to itself', async () => {
    const [one, two] = [await TestProject.create(server), await TestProject.create(server)];
    const [ada, bob] = await one.pair();
    const [other, stranger] = await two.pair();
    const [b, s] = [await relay(bob), await relay(stranger)];

    await other.tell('*', 'there');
    await ada.tell('*', 'here');

    assert.deepEqual(await heard(b, 1), ['here']);
    assert.deepEqual(await heard(s, 1), ['there']);
    const path = `/ws/agent/messages/${two.id}`;
    assert.ok([403, 404].includes(await upgradeStatus(server.url, path, { token: ada.token, query: { agent_id: 'ada' } })));
  });

  it('brings to an agent that was away what it missed, in order', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (const content of ['1', '2', '3']) await ada.tell('*', content);

    const b = await relay(bob);

    assert.deepEqual(await heard(b, 3), ['1', '2', '3']);
    await ada.tell('*', '4');
    assert.deepEqual(await heard(b, 1), ['4']);
  });

  it('sends one message a WebSocket message, however many are ready', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const items = Array.from({ length: 500 }, (_, n) => ({ to: '*', content: `${n}` }));
    const expected = items.map((one) => one.content);
    const live = await relay(bob);
    (await ada.rest.post('messages/batch', { items })).succeeds();
    const late = await relay(bob, { after: 0 });

    for (const socket of [live, late]) assert.deepEqual(await heard(socket, items.length), expected);
    const path = `/ws/agent/messages/${project.id}`;
    assert.equal(await upgradeStatus(server.url, path, { token: bob.token, query: { agent_id: 'bob', batch: 1 } }), 400);
  });

  it('continues where a lost client left off, with nothing lost', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const first = await relay(bob);
    const id = await ada.tell('*', '1');
    assert.deepEqual(await heard(first, 1), ['1']);
    await eventually(
      'the place to be kept',
      () => project.delivery(id),
      ({ state }) => state === 'acknowledged',
      120_000,
    );
    first.terminate();
    await ada.tell('*', '2');

    const second = await relay(bob);

    assert.deepEqual(await heard(second, 1), ['2']);
  });

  it('keeps the times at which it was delivered and read', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const b = await relay(bob);
    const id = await ada.tell('*', '1');
    await heard(b, 1);

    const delivery = await eventually(
      'the reading',
      () => project.delivery(id),
      ({ acknowledged_at: at }) => at !== null,
      120_000,
    );

    assert.match(delivery.delivered_at ?? '', time);
    assert.match(delivery.acknowledged_at ?? '', time);
    assert.deepEqual(contents(await bob.look()), []);
  });

  it('does not count a message as read until a pong confirms it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const path = `/ws/agent/messages/${project.id}`;
    const deaf = await Socket.connect<Relayed>(server.url, path, { token: bob.token, query: { agent_id: 'bob' }, autoPong: false });
    await ada.tell('*', '1');
    assert.deepEqual(await heard(deaf, 1), ['1']);
    deaf.terminate();

    assert.deepEqual(await heard(await relay(bob), 1), ['1']);
  });

  it('begins after a place that it is given', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const first = await ada.send({ to: '*', content: '1' });
    await ada.tell('*', '2');

    assert.deepEqual(await heard(await relay(bob, { after: first.seq }), 1), ['2']);
    assert.deepEqual(await heard(await relay(bob, { after: 0 }), 2), ['1', '2']);
  });

  it('lets operators and observers listen', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const path = `/ws/agent/messages/${project.id}`;
    const { token } = await project.token({ kind: 'observer' });
    const olga = await project.operator();
    const listeners = [
      await Socket.connect<Relayed>(server.url, path, { token }),
      await Socket.connect<Relayed>(server.url, path, { token: olga.token }),
    ];

    await ada.tell('*', 'hello');

    for (const listener of listeners) assert.deepEqual(await heard(listener, 1), ['hello']);
    assert.equal(
      (await project.trace((await ada.send({ to: '*', content: 'x' })).message_id)).deliveries.some((one) => one.state === 'acknowledged'),
      false,
    );
  });

  it('is open to the agent that is named, and to no other', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const path = `/ws/agent/messages/${project.id}`;
    const status = (token: string | null, query: Record<string, string> = {}) => upgradeStatus(server.url, path, { token, query });
    const join = (await project.token({ kind: 'join' })).token;

    assert.equal(await status(ada.token, { agent_id: 'ada' }), 101);
    assert.equal(await status(ada.token, { agent_id: 'bob' }), 403);
    assert.equal(await status(join, { agent_id: 'ada' }), 403);
    assert.equal(await status(null, { agent_id: 'ada' }), 401);
    assert.equal(await status(server.adminToken, { agent_id: 'nobody' }), 404);
    assert.equal(await upgradeStatus(server.url, '/ws/agent/messages/no-such-project', { token: server.adminToken }), 404);
  });

  it('repeats nothing to a client that closed properly, however soon it is back', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (let round = 0; round < 20; round++) {
      const socket = await relay(bob);
      const ids = [await ada.tell('*', `${round} a`), await ada.tell('*', `${round} b`)];
      assert.deepEqual(await heard(socket, 2), [`${round} a`, `${round} b`]);
      await socket.close();
      // No pong was awaited, and what was read is acknowledged all the same.
      for (const id of ids) assert.equal((await project.delivery(id)).state, 'acknowledged');
    }
  });

  it('continues exactly where a client that closed under load left off', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    // Far more than one connection is sent before its goodbye is read.
    const items = Array.from({ length: 1_000 }, (_, n) => ({ to: '*', content: `${n}${' '.repeat(20_000)}` }));
    (await ada.rest.post('messages/batch', { items })).succeeds();
    const read: (string | null)[] = [];
    while (read.length < items.length) {
      const socket = await relay(bob);
      read.push((await socket.take('a message')).content);
      await socket.close();
      read.push(...socket.left.map((one) => one.content));
    }

    assert.deepEqual(
      read.map(Number),
      items.map((_, n) => n),
    );
  });

  it('answers invalid frames with an error, and reads what follows', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [a, b] = [await relay(ada), await relay(bob)];
    const bad = [
      'not json',
      '7',
      '"x"',
      'null',
      '[]',
      '{"type":',
      '{"content":"x"} {}',
      '{"content":"\\u0000"}',
      '{"content":7}',
      '{"to":"bob"}',
      '\u0000',
    ];
    for (const frame of [...bad, Buffer.from('{"content":"binary"}'), Buffer.alloc(100_000)]) {
      a.sendText(frame);
      const { event, data, ...rest } = (await a.take('the refusal')) as unknown as Frame;
      assert.deepEqual([event, rest], ['error', {}]);
      assertProblem(data as Problem, 400, 'invalid_request', String(frame).slice(0, 50));
    }
    a.sendJson({ content: 'good' });

    assert.deepEqual(await heard(b, 1), ['good']);
    assert.deepEqual([a.left, b.left], [[], []]);
  });

  it('closes on what is too large, once it has refused what came before', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await relay(ada);
    socket.sendJson({ content: 'x'.repeat(300 * 1024) });
    socket.sendText(Buffer.alloc(2 * 1024 * 1024));

    const refusal = (await socket.take('the refusal')) as unknown as Frame;
    assertProblem(refusal.data as Problem, 413, 'too_large', 'larger than a message may be');
    assert.equal(await socket.closeCode(), 4413);
  });
});
