import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventSource } from 'eventsource';
import { within } from '../harness/deadline.ts';
import { Inflow } from '../harness/inflow.ts';
import { closeAfterTests } from '../harness/open.ts';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { EventStream } from '../harness/stream.ts';
import { assertFields, assertMessage, place } from '../harness/shapes.ts';
import type { Message } from '../harness/wire.ts';

const server = await startServer();

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
    assert.deepEqual(await stream.contents(2), ['1', '2']);
    await stream.connected();

    for (const content of ['3', '4']) await say(content);

    assert.deepEqual(await stream.contents(2), ['3', '4']);
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
    assert.deepEqual(await second.contents(2), ['2', '3']);
    const bare = await EventStream.open(project.admin, path, { query: { after: data.seq } });
    assert.deepEqual(await bare.contents(2), ['2', '3']);
    const both = await EventStream.open(project.admin, path, { query: { after: 0 }, lastEventId: id });
    assert.deepEqual(await both.contents(2), ['2', '3'], 'Last-Event-ID beats after');
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

  it('ends with the completion, and returns 204 to clients that reconnect', async () => {
    const { project, ada, id, say, path } = await running();
    const live = await EventStream.open(project.admin, path);
    await live.connected();
    await say('3');
    (await ada.rest.post(`executions/${id}/complete`, { result: { ok: true } })).succeeds();

    const { id: end, data } = await live.next<object>('completion');
    assert.deepEqual(data, { execution_id: id, status: 'completed', result: { ok: true }, error: null });
    await within('the server to close the stream', live.ended);

    const late = await EventStream.open(project.admin, path);
    assert.deepEqual(await late.contents(3), ['1', '2', '3'], 'history is there after the end');
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
    const address = `/api/v1/sse/${path}?project_id=${project.id}`;
    const { ticket } = (await project.admin.post('tickets', { path: address })).as<{ ticket: string }>();
    const source = new EventSource(server.rest(null).address(address, { ticket }));
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
    }), 60_000); // prettier-ignore
    assert.deepEqual(inflow.left, []);
  });

  it('of another’s project, or of none, is not found', async () => {
    const { id } = await running();
    const other = await TestProject.create(server);
    for (const path of [`execution/${id}`, 'execution/0199e1c2-0000-7000-8000-000000000000', 'execution/nonsense', 'thread/nonsense'])
      assert.equal(await EventStream.status(other.admin, path), 404, path);
  });
});
