import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { EventStream } from '../harness/stream.ts';
import { assertAgent, assertFields, place } from '../harness/shapes.ts';
import type { Agent } from '../harness/wire.ts';

const server = await startServer();

describe('A stream', { concurrency: 6 }, () => {
  it('says at connect where it is and how soon to come back', async () => {
    const project = await TestProject.create(server);
    const stream = await EventStream.open(project.admin, `project/${project.id}`);

    const { id, data } = await stream.next('place');

    assert.match(id, place);
    assert.deepEqual(data, {});
    const [retry] = stream.retries;
    assert.ok(retry !== undefined && retry >= 1_000 && retry <= 4_000, `about 2 s, jittered: ${retry}`);
  });

  it('is not stored on its way', async () => {
    const project = await TestProject.create(server);
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const { headers: answered } = await fetch(project.admin.address(`sse/project/${project.id}`), { headers, signal: abort.signal });
    abort.abort();
    assert.match(answered.get('cache-control') ?? '', /no-cache|no-store/);
  });

  it('holds the place of a reader whose filter hides everything', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const stream = await EventStream.open(project.admin, `project/${project.id}`, { query: { types: 'never' } });
    const start = await stream.connected();
    const { seq } = await ada.send({ to: 'bob', content: 'hidden' });

    const later = (await stream.next('place', 120_000)).id;

    assert.notEqual(later, start);
    assert.ok(Number(later.split('-').at(-1)) >= seq, 'the place has gone on past what was hidden');
    assert.deepEqual(
      stream.left.filter((one) => one.event === 'message'),
      [],
    );
  });

  it('tells a reader whose place is no longer there', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', 'first of the epoch');
    const stream = await EventStream.open(project.admin, `project/${project.id}`, { lastEventId: '1-5' });

    const first = await stream.take('the first event', (one) => one.event !== 'place');

    assert.equal(first.event, 'gap');
    const data = first.data as Record<string, unknown>;
    assertFields(data, ['from', 'to', 'recovered']);
    assert.equal(data['recovered'], false);
    assert.deepEqual(await stream.contents(1), ['first of the epoch'], 'it goes on from the first entry of the new epoch');
  });

  it('refuses a place that is none', async () => {
    const project = await TestProject.create(server);
    for (const after of ['-1', 'x', '1.5', 'a-b'])
      assert.equal(await EventStream.status(project.admin, `project/${project.id}`, { query: { after } }), 400, after);
  });

  it('that stalls or breaks slows no sender', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { response, abort } = await rawStream(project);
    const items = Array.from({ length: 100 }, () => ({ to: 'bob', content: 'x'.repeat(20_000) }));
    for (let n = 0; n < 5; n++) (await ada.rest.post('messages/batch', { items })).as();
    abort.abort();
    await response.body?.cancel().catch(() => undefined);
    await ada.tell('bob', 'still here');
  });

  async function rawStream(project: TestProject) {
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const response = await fetch(project.admin.address(`sse/project/${project.id}`), { headers, signal: abort.signal });
    return { response, abort };
  }
});

describe('The stream of a project', { concurrency: 6 }, () => {
  it('is live only, unless it is asked for what was', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', 'before');
    const live = await EventStream.open(project.admin, `project/${project.id}`);
    await live.connected();
    const all = await EventStream.open(project.admin, `project/${project.id}`, { query: { after: 0 } });

    await ada.tell('bob', 'after');

    assert.deepEqual(await live.contents(1), ['after']);
    assert.deepEqual(await all.contents(2), ['before', 'after']);
  });

  it('shows agents as they are now', async () => {
    const project = await TestProject.create(server);
    const stream = await EventStream.open(project.admin, `project/${project.id}`);
    await stream.connected();

    await project.agent('ada', { role: 'tech_lead' });

    const { data } = await stream.next<Agent>('agent');
    assertAgent(data);
    assert.deepEqual([data.agent_id, data.role, data.token], ['ada', 'tech_lead', undefined]);
  });

  it('gives every reader the same order, each entry once, while many write', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const readers = await Promise.all(
      [1, 2, 3].map(() => EventStream.open(project.admin, `project/${project.id}`, { query: { after: 0, types: 'text' } })),
    );
    await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? ada.tell('bob', `${n}`) : bob.tell('ada', `${n}`))));

    const seen = await Promise.all(readers.map((reader) => reader.contents(40)));

    assert.equal(new Set(seen[0]).size, 40);
    assert.deepEqual(seen[1], seen[0]);
    assert.deepEqual(seen[2], seen[0]);
  });

  it('shows an agent what it may read and nothing else', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const stream = await EventStream.open(eve.rest, `project/${project.id}`, { query: { after: 0 } });

    await ada.tell('bob', 'secret');
    await bob.send({ to: '*', content: 'to all' });
    await ada.tell('eve', 'for eve');

    assert.deepEqual(await stream.contents(2), ['to all', 'for eve']);
  });
});

describe('The stream of an agent', { concurrency: 6 }, () => {
  it('shows what it sends and what it gets', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const stream = await EventStream.open(ada.rest, 'agent/ada');
    await stream.connected();

    await bob.tell('eve', 'not hers');
    await ada.tell('bob', 'sent');
    await eve.tell('ada', 'received');

    assert.deepEqual(await stream.contents(2), ['sent', 'received']);
  });

  it('is not for other agents', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    assert.equal(await EventStream.status(ada.rest, 'agent/bob'), 403);
    assert.equal(await EventStream.status(project.admin, 'agent/nobody'), 404);
  });
});

describe('The stream of a thread', { concurrency: 6 }, () => {
  it('shows the history, then what comes', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const first = await ada.send({ to: 'bob', content: '1' });
    await ada.tell('bob', 'elsewhere');
    const stream = await EventStream.open(bob.rest, `thread/${first.conversation_thread_id}`);

    await bob.send({ to: 'ada', content: '2', reply_to: first.message_id });

    assert.deepEqual(await stream.contents(2), ['1', '2']);
    assert.equal(await EventStream.status(eve.rest, `thread/${first.conversation_thread_id}`), 404);
  });
});

describe('The stream of events', { concurrency: 6 }, () => {
  it('opens for those who may read events', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const reader of [project.admin, ada.rest, await project.observer()]) {
      const stream = await EventStream.open(reader, 'events', { query: { types: 'a,b' } });
      await stream.connected();
    }
  });
});
