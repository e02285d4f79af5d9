import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { AgentSocket, upgradeStatus } from '../harness/socket.ts';
import { assertAgent, assertFields, assertMessage, place, time } from '../harness/shapes.ts';
import type { Agent, BatchItem, Frame, InboxItem, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

describe('A connection', { concurrency: 6 }, () => {
  it('begins with a welcome', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connectOnly();

    const first = await socket.take('the first frame');

    assertFields(first, ['event', 'data']);
    assert.equal(first.event, 'agent:welcome');
    const welcome = first.data as { agent: Agent; session_id: string; heartbeat_seconds: number; window: number; place: string };
    assertFields(welcome, ['agent', 'session_id', 'heartbeat_seconds', 'window', 'place']);
    assertAgent(welcome.agent);
    assert.deepEqual([welcome.agent.agent_id, welcome.heartbeat_seconds, welcome.window], ['ada', 15, 64]);
    assert.ok(welcome.session_id.length > 0);
    assert.match(welcome.place, place);
  });

  it('is open to the agent itself and to administrators', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const query = { project_id: project.id };
    const observer = (await project.token({ kind: 'observer' })).token;
    const join = (await project.token({ kind: 'join' })).token;
    const status = (path: string, token: string | null) => upgradeStatus(server.url, path, { token, query });

    assert.equal(await status('/ws/ada', ada.token), 101);
    assert.equal(await status('/ws/ada', server.adminToken), 101);
    assert.equal(await status('/ws/ada', null), 401);
    assert.equal(await status('/ws/ada', 'nonsense'), 401);
    for (const token of [bob.token, observer, join]) assert.equal(await status('/ws/ada', token), 403);
    assert.equal(await status('/ws/nobody', server.adminToken), 404);
    assert.equal(await status('/ws/human', ada.token), 403);
    assert.equal(await status('/ws/human', observer), 101);
  });

  it('from a page elsewhere is refused', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const headers = { origin: 'https://evil.example' };
    assert.equal(await upgradeStatus(server.url, '/ws/ada', { token: ada.token, headers }), 403);
  });

  it('refuses settings that make no sense', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const [name, value] of [
      ['window', '0'],
      ['window', 'wide'],
      ['lease_seconds', '0'],
      ['lease_seconds', '3601'],
      ['ack', 'maybe'],
      ['notify', 'loudly'],
    ] as const)
      assert.equal(await upgradeStatus(server.url, '/ws/ada', { token: ada.token, query: { [name]: value } }), 400, `${name}=${value}`);
  });

  it('ends when its token does', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const revoked = await project.token({ kind: 'agent', agent_id: 'ada' });
    const expiring = await project.token({ kind: 'agent', agent_id: 'ada', expires_at: new Date(Date.now() + 2_000).toISOString() });
    const first = await ada.connect({ token: revoked.token });
    const second = await ada.connect({ token: expiring.token });
    const third = await ada.connect();

    (await project.admin.delete(`tokens/${revoked.token_id}`)).succeeds();

    assert.equal(await first.closeCode(), 4401);
    assert.equal(await second.closeCode(), 4401);
    await third.ok('agent:heartbeat');
    (await ada.rest.post('agents/ada/token')).succeeds();
    assert.equal(await third.closeCode(), 4401);
  });

  it('that answers no ping is closed', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connect({ autoPong: false });
    assert.equal(await socket.closeCode(60_000), 4408);
  });

  it('with a bad frame is closed', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const bad = [
      'not json',
      '{"event":',
      '7',
      '"x"',
      'null',
      '{}',
      '{"event":7}',
      '[7]',
      '[[]]',
      '{"event":"agent:heartbeat","id":7}',
      '{"event":"agent:heartbeat","color":"red"}',
      '[{"event":"agent:heartbeat"},{}]',
      '\u0000',
    ];
    for (const text of bad) {
      const socket = await ada.connect();
      socket.sendText(text);
      assert.equal(await socket.closeCode(), 4400, text);
    }
  });

  it('survives a frame that asks for what nobody knows', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connect();
    await socket.refused('message:juggle', {}, 400, 'unknown_event');
    assertNames(await socket.refused('agent:status', { mood: 'good' }, 400, 'invalid_request'), 'mood');
    assertNames(await socket.refused('message:send', { to: 'ada', content: 7 }, 400, 'invalid_request'), 'content');
    await socket.refused('message:send', undefined, 400, 'invalid_request');
    await socket.refused('message:send', 'x', 400, 'invalid_request');
    await socket.ok('agent:heartbeat');
  });

  it('takes an array of frames and answers each', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    const frames = Array.from({ length: 50 }, (_, n): Frame => ({
      event: 'message:send',
      id: `s${n}`,
      data: { to: 'bob', content: `${n}` },
    }));

    socket.sendJson([...frames, { event: 'nonsense', id: 'bad' }]);

    const seqs: number[] = [];
    for (const frame of frames) {
      const answer = await socket.take(`ok ${frame.id}`, (one) => one.id === frame.id);
      assertFields(answer, ['event', 'id', 'data']);
      seqs.push((answer.data as SendAnswer).seq);
    }
    assert.deepEqual(
      seqs,
      seqs.map((_, n) => seqs[0]! + n),
    );
    assert.equal((await socket.take('the refusal', (one) => one.id === 'bad')).event, 'error');
    assert.equal((await bob.look({ max: 100 })).length, 50);
  });

  it('takes an empty array for nothing', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connect();
    socket.sendJson([]);
    await socket.ok('agent:heartbeat');
  });

  it('changes who the agent is and how it does', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connect();

    await socket.ok('agent:register', { role: 'tech_lead', capabilities: ['review'] });
    await socket.ok('agent:status', { status: 'busy', activity: 'working' });
    await socket.ok('agent:heartbeat');

    const agent = (await ada.rest.get('agents/ada')).as<Agent>(200);
    assert.deepEqual([agent.role, agent.capabilities, agent.status, agent.activity], ['tech_lead', ['review'], 'busy', 'working']);
  });
});

describe('Sending over a connection', { concurrency: 6 }, () => {
  it('is confirmed as over REST', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();

    const sent = await socket.ok<SendAnswer>('message:send', { to: 'bob', content: 'hello' });

    assertFields(sent, ['message_id', 'seq', 'conversation_thread_id', 'duplicate', 'deliveries', 'deliveries_total']);
    const trace = await project.trace(sent.message_id);
    assert.equal(trace.message.sender_id, 'ada');
    assert.ok(trace.session !== null, 'the trace knows the connection');
  });

  it('takes several at once, each with its own result', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();
    const items = [
      { to: 'bob', content: '1' },
      { to: 'nobody', content: '2' },
      { to: 'bob', content: '3' },
    ];

    const answer = await socket.ok<{ items: BatchItem[] }>('message:send', { items });

    assert.deepEqual(
      answer.items.map((one) => one.status),
      [201, 404, 201],
    );
  });

  it('replies by the message alone', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    const question = await ada.send({ to: 'bob', content: '?' });
    const { message } = await socket.received();

    await socket.ok('message:reply', { message_id: message.message_id, content: '!', outcome: 'success', metadata: { sure: true } });

    const reply = (await ada.claimOne()).message;
    assert.deepEqual(
      [reply.to, reply.reply_to, reply.conversation_thread_id, reply.outcome, reply.metadata],
      ['ada', question.message_id, question.conversation_thread_id, 'success', { sure: true }],
    );
    await socket.refused('message:reply', { message_id: '0199e1c2-0000-7000-8000-000000000000', content: '!' }, 404, 'not_found');
  });

  it('is refused as over REST', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();
    await socket.refused('message:send', { to: 'nobody', content: 'x' }, 404, 'unknown_recipient');
    await socket.refused('message:send', { to: 'bob', content: 'x', sender_id: 'bob' }, 403, 'forbidden');
    await socket.refused('message:send', { to: 'bob', content: 'x'.repeat(256 * 1024 + 1) }, 413, 'too_large');
    assertNames(await socket.refused('message:send', { to: 'bob', content: 'x', bogus: 1 }, 400, 'invalid_request'), 'bogus');
    await socket.ok('message:send', { to: 'bob', content: 'x' });
  });
});

describe('Receiving over a connection', { concurrency: 6 }, () => {
  it('leases each delivery to it for 300 s', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
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
    const left = Date.parse(item.lease_until!) - Date.now();
    assert.ok(left > 280_000 && left <= 301_000, `${left}`);
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

    await socket.ok('message:ack', first);
    await socket.ok('message:ack', { message_id: second!.message_id });
    const batch = await socket.ok<{ items: BatchItem[] }>('message:ack', { items: [third, { ...fourth, lease_id: first!.lease_id }] });

    assert.deepEqual(
      batch.items.map((one) => one.status),
      [204, 409],
    );
    await socket.refused('message:ack', { ...fourth, lease_id: first!.lease_id }, 409, 'lease_lost');
    await socket.ok('message:ack', first);
    const states = await Promise.all(items.map((item) => project.delivery(item.message.message_id)));
    assert.deepEqual(
      states.map((one) => one.state),
      ['acknowledged', 'acknowledged', 'acknowledged', 'leased'],
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
    const socket = await bob.connect({ query: { lease_seconds: 2 } });
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await socket.received();

    await socket.ok('message:extend', { message_id: id, lease_id, lease_seconds: 600 });
    await socket.ok('message:surfaced', { message_id: id });

    await project.timePasses(2.5);
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
    const counts = async () => (await ada.rest.get('agents/bob')).as<Agent>().mailbox;

    const first = await socket.received();
    await socket.received();
    await socket.ok('agent:heartbeat');
    assert.deepEqual(socket.left, []);
    assert.deepEqual(await counts(), { queued: 3, in_flight: 2, dead: 0 });

    await socket.ok('message:ack', { message_id: first.message.message_id, lease_id: first.lease_id });
    assert.equal((await socket.received()).message.content, '3');

    await socket.ok('window', { window: 4 });
    assert.deepEqual(await contentsOf(socket, 2), ['4', '5']);
    assertNames(await socket.refused('window', { window: 0 }, 400, 'invalid_request'), 'window');
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

  it('of another agent can not be named', async () => {
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

describe('The connection of the operators', { concurrency: 6 }, () => {
  it('is the human inbox', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const olga = await project.operator();
    const socket = await open(olga.token);
    const id = await ada.tell('human', 'help');

    const item = await socket.received();
    assert.equal(item.message.content, 'help');
    await socket.ok('message:ack', { message_id: id, lease_id: item.lease_id });
    await socket.ok('message:reply', { message_id: id, content: 'coming' });

    const reply = (await ada.claimOne()).message;
    assert.deepEqual([reply.authority, reply.content], ['operator', 'coming']);

    function open(token: string) {
      return AgentSocket.open(server.url, '/ws/human', { token, query: { project_id: project.id } });
    }
  });

  it('gives an observer feeds and nothing else', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { token } = await project.token({ kind: 'observer' });
    const socket = await AgentSocket.open(server.url, '/ws/human', { token, query: { project_id: project.id } });
    await socket.ok('subscribe', { feeds: { messages: {} } });
    await socket.refused('message:send', { to: 'bob', content: 'x' }, 403, 'forbidden');
    const id = await ada.tell('human', 'help');

    const change = await socket.event<{ item: { message_id: string } }>('change');
    assert.equal(change.item.message_id, id);
    await socket.refused('message:ack', { message_id: id }, 403, 'forbidden');
    assert.equal((await project.delivery(id)).state, 'queued');
  });
});

/** The contents of the next deliveries, so many, in order. */
async function contentsOf(socket: AgentSocket, count: number): Promise<(string | null)[]> {
  const contents: (string | null)[] = [];
  for (let n = 0; n < count; n++) contents.push((await socket.received()).message.content);
  return contents;
}
