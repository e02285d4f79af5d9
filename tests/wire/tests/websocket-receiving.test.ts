import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { AgentSocket, upgradeStatus } from '../harness/socket.ts';
import { assertFields, assertMessage, time } from '../harness/shapes.ts';
import type { Agent, BatchItem, InboxItem, Problem } from '../harness/wire.ts';

const server = await startServer();

describe('Receiving over a connection', { concurrency: 6 }, () => {
  it('leases each delivery to it for 300 s', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    const before = Date.now();
    const sent = await ada.send({ to: 'bob', content: 'hello' });
    assert.deepEqual(
      sent.deliveries.map((one) => [one.status, one.outlook]),
      [['online', 'pushed']],
    );

    const item = await socket.received();

    assertFields(item, ['message', 'delivery_id', 'attempt', 'lease_id', 'lease_until']);
    assertMessage(item.message);
    assert.equal(item.attempt, 1);
    assert.match(item.lease_until ?? '', time);
    const until = Date.parse(item.lease_until!);
    assert.ok(until >= before + 299_000 && until <= Date.now() + 301_000, `${until - before}`);
    assert.equal((await project.delivery(sent.message_id)).state, 'leased');
  });

  it('gets what waited while it was away, by rank', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    await ada.send({ to: 'bob', content: '1' });
    await ada.send({ to: 'bob', content: '2' });
    await ada.send({ to: 'bob', content: 'urgent', priority: 4 });

    const socket = await bob.connect();

    assert.deepEqual(await contentsOf(socket, 3), ['urgent', '1', '2']);
  });

  it('acknowledges by lease or without, one or many', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    for (const content of ['1', '2', '3', '4']) await ada.tell('bob', content);
    const items = [await socket.received(), await socket.received(), await socket.received(), await socket.received()];
    const [first, second, third, fourth] = items.map((item) => ({ message_id: item.message.message_id, lease_id: item.lease_id }));
    await socket.ok('message:nack', { ...fourth, delay_seconds: 3600 });

    await socket.ok('message:ack', first);
    await socket.ok('message:ack', { message_id: second!.message_id });
    const batch = await socket.ok<{ items: BatchItem[] }>('message:ack', { items: [third, fourth] });

    assert.deepEqual(
      batch.items.map((one) => one.status),
      [204, 409],
    );
    await socket.refused('message:ack', fourth, 409, 'lease_lost');
    await socket.ok('message:ack', first);
    const states = await Promise.all(items.map((item) => project.delivery(item.message.message_id)));
    assert.deepEqual(
      states.map((one) => one.state),
      ['acknowledged', 'acknowledged', 'acknowledged', 'scheduled'],
    );
  });

  it('needs no answer to an acknowledgement without an id', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await socket.received();

    socket.send('message:ack', { message_id: id, lease_id });
    await socket.ok('agent:heartbeat');

    await eventually(
      'the acknowledgement',
      () => project.delivery(id),
      ({ state }) => state === 'acknowledged',
    );
    assert.deepEqual(socket.left, []);
  });

  it('answers an acknowledgement that may wait once it is stored', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    for (const content of ['1', '2', '3']) await ada.tell('bob', content);
    const items = [await socket.received(), await socket.received(), await socket.received()];
    const [first, second, third] = items.map((item) => ({ message_id: item.message.message_id, lease_id: item.lease_id }));

    await socket.ok('message:ack', { ...first, defer: true });
    const batch = await socket.ok<{ items: BatchItem[] }>('message:ack', {
      items: [
        { ...second, defer: true },
        { ...first, defer: true },
      ],
    });

    assert.deepEqual(
      batch.items.map((one) => one.status),
      [204, 204],
    );
    const states = await Promise.all([first, second].map((one) => project.delivery(one!.message_id)));
    assert.deepEqual(
      states.map((one) => one.state),
      ['acknowledged', 'acknowledged'],
    );
    assertNames(await socket.refused('message:nack', { ...third, defer: true }, 400, 'invalid_request'), 'defer');
    await socket.refused('message:ack', { ...third, defer: 'soon' }, 400, 'invalid_request');
    assert.equal((await project.delivery(third!.message_id)).state, 'leased');
  });

  it('refuses a delivery, and gets it again', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    const id = await ada.tell('bob', 'hello');
    const first = await socket.received();

    await socket.ok('message:nack', { message_id: id, lease_id: first.lease_id, reason: 'busy' });

    const second = await socket.received();
    assert.deepEqual([second.delivery_id, second.attempt], [first.delivery_id, 2]);
    assert.equal((await project.delivery(id)).last_error, 'busy');
  });

  it('extends a lease and says what was surfaced', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const extend = async (seconds: number): Promise<{ socket: AgentSocket; seconds: number }> => {
      const before = Date.now();
      const socket = await bob.connect({ query: { lease_seconds: seconds } });
      const { lease_id } = await socket.received();
      const { event, data } = await socket.ask('message:extend', { message_id: id, lease_id, lease_seconds: 600 });
      if (event === 'ok') return { socket, seconds };
      // A machine may be too busy to extend a short lease in time, which the clock must show.
      assert.ok((data as Problem).code === 'lease_lost' && Date.now() >= before + seconds * 1000, JSON.stringify(data));
      await socket.close();
      return extend(seconds * 2);
    };

    const { socket, seconds } = await extend(2);
    await socket.ok('message:surfaced', { message_id: id });

    await project.timePasses(seconds + 0.5);
    const delivery = await project.delivery(id);
    assert.equal(delivery.state, 'leased');
    assert.match(delivery.surfaced_at ?? '', time);
  });

  it('gets a delivery again whose lease lapsed', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const socket = await bob.connect({ query: { lease_seconds: 1 } });
    await ada.tell('bob', 'hello');
    const first = await socket.received();
    const second = await socket.received();
    assert.deepEqual([second.delivery_id, second.attempt], [first.delivery_id, 2]);
  });

  it('acknowledges when written, if asked to', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect({ query: { ack: 'auto' } });
    const id = await ada.tell('bob', 'hello');
    await socket.received();
    await eventually(
      'the acknowledgement',
      () => project.delivery(id),
      ({ state }) => state === 'acknowledged',
    );
  });

  it('has no more out than its window', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (const content of ['1', '2', '3', '4', '5']) await ada.tell('bob', content);
    const socket = await bob.connect({ query: { window: 2 } });
    const counts = async () => {
      const { queued, in_flight, dead } = (await ada.rest.get('agents/bob')).as<Agent>().mailbox;
      return { queued, in_flight, dead };
    };

    const first = await socket.received();
    await socket.received();
    await socket.ok('agent:heartbeat');
    assert.deepEqual(socket.left, []);
    assert.deepEqual(await counts(), { queued: 3, in_flight: 2, dead: 0 });

    await socket.ok('message:ack', { message_id: first.message.message_id, lease_id: first.lease_id });
    assert.equal((await socket.received()).message.content, '3');

    await socket.ok('window', { window: 4 });
    assert.deepEqual(await contentsOf(socket, 2), ['4', '5']);
    assertNames(await socket.refused('window', { window: -1 }, 400, 'invalid_request'), 'window');
  });

  it('takes only what its filter lets through; the rest stays queued', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const socket = await bob.connect();
    await socket.ok('mailbox:filter', { types: ['question'], priorities: [3, 4], senders: ['ada'] });

    await ada.send({ to: 'bob', content: 'wrong type', priority: 3 });
    await ada.send({ to: 'bob', content: 'wrong priority', message_type: 'question' });
    await eve.send({ to: 'bob', content: 'wrong sender', message_type: 'question', priority: 3 });
    await ada.send({ to: 'bob', content: 'right', message_type: 'question', priority: 3 });
    assert.deepEqual(await contentsOf(socket, 1), ['right']);
    assert.equal((await ada.rest.get('agents/bob')).as<Agent>().mailbox.queued, 3);

    await socket.ok('mailbox:filter', {});
    assert.deepEqual((await contentsOf(socket, 3)).sort(), ['wrong priority', 'wrong sender', 'wrong type']);
  });

  it('gives each delivery to one of the connections of an agent', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [one, two] = [await bob.connect({ query: { ack: 'auto' } }), await bob.connect({ query: { ack: 'auto' } })];
    const items = Array.from({ length: 100 }, (_, n) => ({ to: 'bob', content: `${n}` }));
    (await ada.rest.post('messages/batch', { items })).as();

    await eventually(
      'all to arrive',
      async () => one.left.length + two.left.length,
      (count) => count >= 100,
    );
    const ids = [...one.left, ...two.left].map((frame) => (frame.data as InboxItem).delivery_id);
    assert.equal(new Set(ids).size, 100);
    assert.equal(ids.length, 100);
  });
});

describe('What is ready together', { concurrency: 6 }, () => {
  it('comes one frame a WebSocket message to whoever did not ask for more', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const live = await bob.connect();
    const eve = await project.agent('eve');
    const { items, said } = many(['bob', 'eve']);
    await live.ok('subscribe', { feeds: { messages: {} } });
    (await ada.rest.post('messages/batch', { items })).succeeds();
    const late = await eve.connect({ query: { batch: 0 } });

    // Taken in their order, and each alone: the socket takes no array for a message.
    for (const socket of [live, late]) assert.deepEqual(await contentsOf(socket, items.length), said);
    for (const content of said)
      assert.equal((await live.event<{ item: { content: string } }>('change')).item.content, content, 'the changes of a feed');
    const frames = said.map((_, n) => ({ event: 'agent:heartbeat', id: `h${n}` }));
    live.sendJson(frames);
    for (const { id } of frames) assert.equal((await live.take('an answer', (one) => one.id !== undefined)).id, id);
  });

  it('comes as an array to whoever did', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const { items, said } = many(['bob']);
    (await ada.rest.post('messages/batch', { items })).succeeds();

    const socket = await bob.connect({ query: { batch: 1, window: items.length } });

    assert.deepEqual(await contentsOf(socket, items.length), said);
    assert.ok(socket.arrays > 0, 'nothing came together');
  });

  /** As many messages as a connection may have out unasked. */
  function many(to: readonly string[]) {
    const items = Array.from({ length: 50 }, (_, n) => ({ to, content: `${n}` }));
    return { items, said: items.map((one) => one.content) };
  }
});

describe('A connection that breaks', { concurrency: 6 }, () => {
  it('gives back what it had, uncounted', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const first = await bob.connect();
    await ada.tell('bob', 'hello');
    const item = await first.received();

    first.terminate();

    const again = await (await bob.connect()).received();
    assert.deepEqual([again.delivery_id, again.attempt], [item.delivery_id, 1]);
    assert.notEqual(again.lease_id, item.lease_id);
    (await bob.rest.post(`messages/${item.message.message_id}/ack`, { lease_id: item.lease_id })).problem(409, 'lease_lost');
  });

  it('is named by the next, which gets its deliveries at once', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const broken = await bob.connectOnly();
    const { session_id: session } = await broken.event<{ session_id: string }>('agent:welcome');
    await ada.tell('bob', 'hello');
    const item = await broken.received();
    broken.stall();

    const next = await bob.connect({ query: { session } });

    const again = await next.received();
    assert.deepEqual([again.delivery_id, again.attempt], [item.delivery_id, 1]);
  });

  it('is told by a close code that it is taken over', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const old = await bob.connectOnly();
    const { session_id: session } = await old.event<{ session_id: string }>('agent:welcome');

    const next = await bob.connect({ query: { session } });

    assert.equal(await old.closeCode(), 4409);
    await ada.tell('bob', 'hello');
    assert.equal((await next.received()).message.content, 'hello');
  });

  it('of another agent cannot be named', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connectOnly();
    const { session_id: session } = await socket.event<{ session_id: string }>('agent:welcome');
    const id = await ada.tell('bob', 'hello');
    await socket.received();

    await upgradeStatus(server.url, '/ws/ada', { token: ada.token, query: { session } });

    await socket.ok('agent:heartbeat');
    assert.equal((await project.delivery(id)).state, 'leased');
  });
});

/** The contents of the next deliveries, so many, in order. */
async function contentsOf(socket: AgentSocket, count: number): Promise<(string | null)[]> {
  const contents: (string | null)[] = [];
  for (let n = 0; n < count; n++) contents.push((await socket.received()).message.content);
  return contents;
}
