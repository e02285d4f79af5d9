import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventSource } from 'eventsource';
import { within } from '../harness/deadline.ts';
import { Inflow } from '../harness/inflow.ts';
import { closeAfterTests } from '../harness/open.ts';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { EventStream } from '../harness/stream.ts';
import { assertAgent, assertFields, assertMessage, place } from '../harness/shapes.ts';
import type { Agent, Message } from '../harness/wire.ts';

const server = await startServer();

/** The contents of the next messages, so many. */
async function messages(stream: EventStream, count: number): Promise<(string | null)[]> {
  const contents: (string | null)[] = [];
  for (let n = 0; n < count; n++) contents.push((await stream.next<Message>('message')).data.content);
  return contents;
}

/** An execution of ada's with two messages, at 50 %. */
async function running() {
  const project = await TestProject.create(server);
  const [ada, bob] = await project.pair();
  const { execution_id: id } = await ada.execution();
  const say = (content: string) => ada.send({ to: 'bob', content, execution_id: id });
  await say('1');
  (await ada.rest.patch(`executions/${id}`, { status: 'in_progress', progress: 50, current_phase: 'building' })).succeeds();
  await say('2');
  return { project, ada, bob, id, say, path: `execution/${id}` };
}

describe('The stream of an execution', { concurrency: 6 }, () => {
  it('shows the history first, then what comes, without a gap or a repeat', async () => {
    const { project, say, path } = await running();
    const stream = await EventStream.open(project.admin, path);
    assert.deepEqual(await messages(stream, 2), ['1', '2']);
    await stream.connected();

    for (const content of ['3', '4']) await say(content);

    assert.deepEqual(await messages(stream, 2), ['3', '4']);
    assert.deepEqual(
      stream.left.filter((one) => one.event === 'message'),
      [],
    );
  });

  it('gives each entry an id, by which a reader comes back', async () => {
    const { project, say, path } = await running();
    const first = await EventStream.open(project.admin, path);
    const { id, data } = await first.next<Message>('message');
    assertMessage(data);
    assert.match(id, place);
    assert.equal(Number(id.split('-').at(-1)), data.seq);
    first.close();
    await say('3');

    const second = await EventStream.open(project.admin, path, { lastEventId: id });
    assert.deepEqual(await messages(second, 2), ['2', '3']);
    const bare = await EventStream.open(project.admin, path, { query: { after: data.seq } });
    assert.deepEqual(await messages(bare, 2), ['2', '3']);
    const both = await EventStream.open(project.admin, path, { query: { after: 0 }, lastEventId: id });
    assert.deepEqual(await messages(both, 2), ['2', '3'], 'Last-Event-ID beats after');
  });

  it('tells where the execution stands, with the new lines of its log', async () => {
    const { project, ada, id, path } = await running();
    const stream = await EventStream.open(project.admin, path);
    await stream.connected();
    const inBetween = await stream.next<{ progress: number }>('status');
    assertFields(inBetween.data, ['execution_id', 'status', 'progress', 'current_phase', 'logs']);

    (await ada.rest.post(`executions/${id}/logs`, { level: 'warning', message: 'hot' })).succeeds();
    (await ada.rest.patch(`executions/${id}`, { progress: 90 })).succeeds();

    interface Status {
      execution_id: string;
      status: string;
      progress: number;
      current_phase: string | null;
      logs: { level: string; message: string }[];
    }
    const logged = await stream.take('the line', (one) => one.event === 'status' && (one.data as Status).logs.length > 0);
    assert.deepEqual(
      (logged.data as Status).logs.map((line) => [line.level, line.message]),
      [['warning', 'hot']],
    );
    const last = (await stream.take('90 %', (one) => one.event === 'status' && (one.data as Status).progress === 90)).data as Status;
    assert.deepEqual([last.execution_id, last.status, last.current_phase, last.logs], [id, 'in_progress', 'building', []]);
  });

  it('ends with the completion, and is over for who comes back', async () => {
    const { project, ada, id, say, path } = await running();
    const live = await EventStream.open(project.admin, path);
    await live.connected();
    await say('3');
    (await ada.rest.post(`executions/${id}/complete`, { result: { ok: true } })).succeeds();

    const { id: end, data } = await live.next<object>('completion');
    assert.deepEqual(data, { execution_id: id, status: 'completed', result: { ok: true }, error: null });
    await within('the server to close the stream', live.ended);

    const late = await EventStream.open(project.admin, path);
    assert.deepEqual(await messages(late, 3), ['1', '2', '3'], 'history is there after the end');
    await late.next('completion');
    await within('the server to close the stream', late.ended);
    assert.equal(await EventStream.status(project.admin, path, { lastEventId: end }), 204);
    assert.equal(await EventStream.status(project.admin, path, { query: { after: end } }), 204);
  });

  it('ends at every end', async () => {
    for (const [verb, body, status, error] of [
      ['fail', { error: 'broken' }, 'failed', 'broken'],
      ['cancel', {}, 'cancelled', null],
    ] as const) {
      const { project, ada, id, path } = await running();
      const stream = await EventStream.open(project.admin, path);
      (await ada.rest.post(`executions/${id}/${verb}`, body)).succeeds();
      assert.deepEqual((await stream.next('completion')).data, { execution_id: id, status, result: null, error });
    }
  });

  it('shows only the types and agents that are asked for, and hides nothing else', async () => {
    const { project, ada, bob, id, path } = await running();
    const olga = await project.operator();
    const types = await EventStream.open(project.admin, path, { query: { types: 'standup,question' } });
    const agents = await EventStream.open(project.admin, path, { query: { agents: 'olga' } });
    const both = await EventStream.open(project.admin, path, { query: { agents: 'ada,bob', types: 'question' } });
    await ada.send({ to: 'bob', content: 'a', execution_id: id, message_type: 'standup' });
    await olga.send({ to: 'human', content: 'b', execution_id: id, message_type: 'question' });
    await bob.send({ to: 'ada', content: 'c', execution_id: id, message_type: 'question' });
    await bob.send({ to: 'ada', content: 'd', execution_id: id, message_type: 'answer' });
    (await ada.rest.post(`executions/${id}/complete`, {})).succeeds();

    for (const [stream, expected] of [
      [types, ['a', 'b', 'c']],
      [agents, ['b']],
      [both, ['c']],
    ] as const) {
      await stream.next('completion');
      const seen = stream.left.filter((one) => one.event === 'message').map((one) => (one.data as Message).content);
      assert.deepEqual(seen, expected);
    }
    assert.ok(
      types.left.some((one) => one.event === 'status'),
      'types hides no status',
    );
  });

  it('works in a browser’s own EventSource, by a ticket, and comes back by itself', async () => {
    const { project, ada, id, say, path } = await running();
    const { ticket } = (await project.admin.post('tickets', { path: `/api/v1/sse/${path}` })).as<{ ticket: string }>();
    const source = new EventSource(server.rest(null).address(`sse/${path}`, { ticket, project_id: project.id }));
    closeAfterTests(() => source.close());
    const inflow = new Inflow<{ event: string; data: string; id: string }>();
    for (const event of ['message', 'completion'])
      source.addEventListener(event, (one) => inflow.push({ event, data: one.data as string, id: one.lastEventId }));
    const next = async () => JSON.parse((await inflow.take('an event', () => true)).data) as Message;

    assert.deepEqual([(await next()).content, (await next()).content], ['1', '2']);
    await say('3');
    assert.equal((await next()).content, '3');
    (await ada.rest.post(`executions/${id}/complete`, {})).succeeds();
    assert.equal((await inflow.take('the end', () => true)).event, 'completion');

    // The server closed; the reader comes back past the end, is answered 204, and stops for good.
    await within('the EventSource to stop', new Promise<void>((resolve) => {
      source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve());
    }), 20_000); // prettier-ignore
    assert.deepEqual(inflow.left, []);
  });

  it('of another’s project, or of none, is not found', async () => {
    const { id } = await running();
    const other = await TestProject.create(server);
    for (const path of [`execution/${id}`, 'execution/0199e1c2-0000-7000-8000-000000000000', 'execution/nonsense', 'thread/nonsense'])
      assert.equal(await EventStream.status(other.admin, path), 404, path);
  });
});

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

    const later = (await stream.next('place', 25_000)).id;

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
    const stream = await EventStream.open(project.admin, `project/${project.id}`, { lastEventId: 'zzzzzz-5' });

    const first = await stream.take('the first event', (one) => one.event !== 'place');

    assert.equal(first.event, 'gap');
    const data = first.data as Record<string, unknown>;
    assertFields(data, ['from', 'to', 'recovered']);
    assert.equal(data['recovered'], false);
    assert.deepEqual(await messages(stream, 1), ['first of the epoch'], 'it goes on from the first entry of the new epoch');
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

    assert.deepEqual(await messages(live, 1), ['after']);
    assert.deepEqual(await messages(all, 2), ['before', 'after']);
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

    const seen = await Promise.all(readers.map((reader) => messages(reader, 40)));

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

    assert.deepEqual(await messages(stream, 2), ['to all', 'for eve']);
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

    assert.deepEqual(await messages(stream, 2), ['sent', 'received']);
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

    assert.deepEqual(await messages(stream, 2), ['1', '2']);
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
