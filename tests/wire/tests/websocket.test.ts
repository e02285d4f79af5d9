import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { AgentSocket, upgradeStatus } from '../harness/socket.ts';
import { assertAgent, assertFields, place } from '../harness/shapes.ts';
import type { Agent, BatchItem, Frame, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

describe('A connection', { concurrency: 6 }, () => {
  it('begins with a welcome', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connectOnly();

    const first = await socket.take('the first frame');

    assertFields(first, ['event', 'data']);
    assert.equal(first.event, 'agent:welcome');
    const welcome = first.data as {
      agent: Agent;
      session_id: string;
      heartbeat_seconds: number;
      window: number;
      place: string;
      server_time: string;
    };
    assertFields(welcome, ['agent', 'session_id', 'heartbeat_seconds', 'window', 'place', 'server_time']);
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
    const status = (path: string, token: string | null) => upgradeStatus(server.url, path, { token, query });

    assert.equal(await status('/ws/ada', ada.token), 101);
    assert.equal(await status('/ws/ada', server.adminToken), 101);
    assert.equal(await status('/ws/ada', null), 401);
    assert.equal(await status('/ws/ada', 'nonsense'), 401);
    for (const token of [bob.token, observer]) assert.equal(await status('/ws/ada', token), 403);
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

  it('that asked for it hears of everybody who came after its upgrade, and hears its welcome first', async () => {
    const project = await TestProject.create(server);
    const names = Array.from({ length: 40 }, (_, n) => `${n}`);
    const watchers = await Promise.all(names.map((n) => project.agent(`watcher-${n}`)));
    const joiners = await Promise.all(names.map((n) => project.agent(`joiner-${n}`)));
    await Promise.all(
      watchers.map(async (watcher, n) => {
        const socket = await watcher.connectOnly({ query: { notify: 'all' } });
        await joiners[n]!.connectOnly();
        assert.equal((await socket.take('the first frame')).event, 'agent:welcome');
        await socket.event<Agent>('agent:joined', ({ agent_id }) => agent_id === `joiner-${n}`);
      }),
    );
  });

  it('refuses settings that make no sense', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const [name, value] of [
      ['window', '-1'],
      ['window', 'wide'],
      ['lease_seconds', '0'],
      ['lease_seconds', '3601'],
      ['ack', 'maybe'],
      ['notify', 'loudly'],
      ['batch', 'yes'],
      ['batch', '2'],
      ['batch', ''],
    ] as const)
      assert.equal(await upgradeStatus(server.url, '/ws/ada', { token: ada.token, query: { [name]: value } }), 400, `${name}=${value}`);
  });

  it('takes a flag as a word or a digit', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const batch of ['true', 'false', 1, 0])
      assert.equal(await upgradeStatus(server.url, '/ws/ada', { token: ada.token, query: { batch } }), 101, `batch=${batch}`);
  });

  it('ends when its token does', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const revoked = await project.token({ kind: 'agent', agent_id: 'ada' });
    const expiring = await project.expiringToken({ kind: 'agent', agent_id: 'ada' }, 10);
    const second = await ada.connect({ token: expiring.token });
    const first = await ada.connect({ token: revoked.token });
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
    assert.equal(await socket.closeCode(120_000), 4408);
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

  it('is closed only once the frames before the bad one are answered', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const ends: [string | Uint8Array, number][] = [
      ['not json', 4400],
      [Buffer.from('{"event":"agent:heartbeat"}'), 4400],
      [Buffer.alloc(5 * 1024 * 1024, 'x'), 4413],
    ];
    for (const [last, code] of ends) {
      const received = await ada.tell('ada', 'to be acknowledged');
      const socket = await ada.connect({ query: { window: 1 } });
      await socket.received();
      const frames = [
        ...Array.from({ length: 100 }, (_, n) => ({ event: 'message:send', id: `send ${n}`, data: { to: 'bob', content: `${n}` } })),
        { event: 'message:ack', id: 'ack', data: { message_id: received } },
        { event: 'request:send', id: 'request', data: { to: 'bob', content: 'nobody replies', timeout_seconds: 3600 } },
        { event: 'memory:set', id: 'set', data: { key: `${code}`, value: 1 } },
      ];
      for (const frame of frames) socket.sendJson(frame);
      socket.sendText(last);

      assert.equal(await socket.closeCode(), code);
      const answers = new Map(socket.left.map((frame) => [frame.id, frame.event]));
      assert.deepEqual(answers, new Map(frames.map((frame) => [frame.id, 'ok'])));
    }
    assert.equal((await bob.look({ max: 500 })).length, 303);
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

  it('takes sends that come together each by itself, in their order', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    const send = (n: number, fields: object = {}): Frame => ({
      event: 'message:send',
      id: `s${n}`,
      data: { to: 'bob', content: `${n}`, ...fields },
    });
    const refused = [3, 4, 290];

    // More than are stored at once, with bad ones, one without an id, and several in one frame among them.
    socket.sendJson([
      ...Array.from({ length: 300 }, (_, n) =>
        refused.includes(n) ? send(n, n === 4 ? { ttl_seconds: 'long' } : { to: 'nobody' }) : send(n),
      ),
      { event: 'message:send', data: { to: 'bob', content: '300' } },
      { event: 'message:send', id: 'items', data: { items: [301, 302].map((n) => ({ to: 'bob', content: `${n}` })) } },
      send(303),
    ]);

    let last = 0;
    for (let n = 0; n < 300; n++) {
      const answer = await socket.take(`the answer to ${n}`, (one) => one.id === `s${n}`);
      assert.equal(answer.event, refused.includes(n) ? 'error' : 'ok', `${n}`);
      if (answer.event === 'error') continue;
      const { seq } = answer.data as SendAnswer;
      assert.ok(seq > last, `${n} is stored behind the one before`);
      last = seq;
    }
    await socket.take('the answer to the last', (one) => one.id === 's303');
    const contents = (await Promise.all([bob.claim({ max: 200 }), bob.claim({ max: 200 })]))
      .flat()
      .map(({ message }) => Number(message.content));
    const sent = Array.from({ length: 304 }, (_, n) => n).filter((n) => !refused.includes(n));
    assert.deepEqual(
      contents.sort((one, other) => one - other),
      sent,
    );
  });

  it('refuses of sends that come together only those that are too many', async () => {
    const project = await TestProject.create(server, { rate_limit_per_second: 1, rate_limit_burst: 10 });
    const [ada] = await project.pair();
    const socket = await ada.connect();

    socket.sendJson(
      Array.from({ length: 30 }, (_, n): Frame => ({ event: 'message:send', id: `s${n}`, data: { to: 'bob', content: `${n}` } })),
    );

    const events: string[] = [];
    for (let n = 0; n < 30; n++) events.push((await socket.take(`the answer to ${n}`, (one) => one.id === `s${n}`)).event);
    assert.deepEqual(events.slice(0, 10), Array(10).fill('ok'));
    assert.ok(events.includes('error'), 'some are too many');
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
