import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { ConnectionError, items, Parley, ParleyError } from '@parley/client';
import { patience } from '../../../tests/wire/harness/deadline.ts';
import { World } from './harness/world.ts';

const world = await World.create();

interface Seen {
  method: string;
  url: string;
  key: string | undefined;
  body: any;
  authorization: string | undefined;
}

/** A server that answers as the test says, one answer after another, and remembers what was asked. */
async function scripted(
  ...answers: ((answer: ServerResponse, request: IncomingMessage) => void)[]
): Promise<{ parley: Parley; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, answer) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const key = request.headers['idempotency-key'] as string | undefined;
      seen.push({
        method: request.method!,
        url: request.url!,
        key,
        body: text && JSON.parse(text),
        authorization: request.headers.authorization,
      });
      (answers[seen.length - 1] ?? answers.at(-1)!)(answer, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.closeAllConnections());
  after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { parley: new Parley({ url, token: 'secret', project: 'p1' }), seen };
}

const lost = (answer: ServerResponse) => void answer.destroy();
const busy = (answer: ServerResponse) => void answer.writeHead(503, { 'retry-after': '0' }).end();
const json =
  (status: number, body: unknown, type = 'application/json') =>
  (answer: ServerResponse) =>
    void answer.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));

describe('A call', () => {
  it('is tried again under the same key if its answer is lost or the store is busy', async () => {
    const { parley, seen } = await scripted(lost, busy, json(201, { message_id: 'm' }));
    const answer = await parley.messages.send({ to: 'ada', content: 'hi' });
    assert.equal(answer.message_id, 'm');
    assert.deepEqual(
      seen.map(({ url, authorization }) => [url, authorization]),
      Array(3).fill(['/api/v1/messages?project_id=p1', 'Bearer secret']),
    );
    assert.equal(new Set(seen.map(({ body }) => body.idempotency_key)).size, 1);
    assert.ok(seen[0]!.body.idempotency_key);

    const creations = await scripted(busy, json(201, { task_id: 't' }));
    await creations.parley.tasks.create({ title: 'T' });
    assert.equal(creations.seen.length, 2);
    assert.ok(creations.seen[0]!.key);
    assert.equal(creations.seen[0]!.key, creations.seen[1]!.key);
  });

  it('that does harm twice is made once', async () => {
    for (const call of [
      (parley: Parley) => parley.memory.add('n', 1),
      (parley: Parley) => parley.memory.set('n', 1, { ifVersion: 3 }),
      (parley: Parley) => parley.tasks.complete('t', 1),
      (parley: Parley) => parley.workflows.retry('w'),
    ]) {
      const { parley, seen } = await scripted(lost);
      await assert.rejects(call(parley), (error) => error instanceof ConnectionError && error.code === 'unreachable' && error.retryable);
      assert.equal(seen.length, 1);
    }
  });

  it('gives up after three tries, or at once if it is told to come back later', async () => {
    const { parley, seen } = await scripted(busy);
    await assert.rejects(parley.agents.list(), (error) => error instanceof ParleyError && error.code === 'storage_unavailable');
    assert.equal(seen.length, 3);
    const later = await scripted((answer) => void answer.writeHead(503, { 'retry-after': '60' }).end());
    await assert.rejects(later.parley.agents.list(), (error) => error instanceof ParleyError && error.retryAfter === 60);
    assert.equal(later.seen.length, 1);
  });

  it('tells a problem in full', async () => {
    const problem = {
      type: '/docs/errors#invalid_request',
      title: 'Bad',
      status: 400,
      detail: 'ttl_seconds: too small.',
      code: 'invalid_request',
      retryable: false,
    };
    const { parley } = await scripted(
      json(400, { ...problem, errors: { ttl_seconds: ['too small'], to: ['missing'] } }, 'application/problem+json'),
    );
    await assert.rejects(parley.messages.send({ to: 'x' }), (error) => {
      assert.ok(error instanceof ParleyError);
      assert.equal(error.message, 'ttl_seconds: too small. to: missing (invalid_request)');
      assert.deepEqual(
        [error.code, error.status, error.detail, error.retryable, error.retryAfter],
        ['invalid_request', 400, 'ttl_seconds: too small.', false, undefined],
      );
      assert.deepEqual(error.errors, { ttl_seconds: ['too small'], to: ['missing'] });
      return true;
    });
    const page = await scripted((answer) => void answer.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'));
    await assert.rejects(
      page.parley.workflows.retry('w'),
      (error) => error instanceof ParleyError && error.status === 502 && error.code === 'internal_error' && error.retryable,
    );
    const foreign = await scripted((answer) => void answer.writeHead(200).end('<h1>Hello</h1>'));
    await assert.rejects(foreign.parley.agents.list(), /is not a Parley server/);
  });

  it('stops waiting by its signal, while it waits for an answer and between tries', { timeout: patience }, async () => {
    const silent = await scripted(() => undefined);
    const stop = AbortSignal.timeout(50);
    await assert.rejects(silent.parley.agents.list({}, { signal: stop, patience: 3_600_000 }), (error) => error === stop.reason);
    const refusing = await scripted((answer) => void answer.writeHead(503, { 'retry-after': '4' }).end());
    const halt = AbortSignal.timeout(50);
    await assert.rejects(refusing.parley.agents.list({}, { signal: halt }), (error) => error === halt.reason);
    await assert.rejects(silent.parley.agents.list({}, { patience: 50 }), /did not answer in time/);
  });

  it('is patient with an answer that has begun, as a stream has', async () => {
    const { parley } = await scripted((answer) => {
      answer.writeHead(200, { 'content-type': 'application/json' }).write('{"items": [], ');
      setTimeout(() => answer.end('"next": null}'), 600);
    });
    assert.deepEqual(await parley.agents.list({}, { patience: 300 }), { items: [], next: null });
  });

  it('asks as the page that it is on if there is nothing else', async () => {
    const { parley, seen } = await scripted(json(200, { items: [], next: null }));
    await new Parley({ url: parley.url, ticket: () => 'a ticket' }).agents.list({ capability: ['a', 'b'], status: 'online' } as never);
    assert.deepEqual([seen[0]!.authorization, seen[0]!.url], [undefined, '/api/v1/agents?capability=a%2Cb&status=online']);
  });
});

describe('The server', () => {
  it('is called for everything it offers', async () => {
    const parley = world.parley({ project: await world.project() });
    for (const agent_id of ['ada', 'ben']) await parley.agents.register({ agent_id, capabilities: ['review'] });
    assert.deepEqual((await parley.agents.list({ limit: 1 })).items.length, 1);
    const all = [];
    for await (const { agent_id } of items((after) => parley.agents.list({ limit: 1, ...(after ? { after } : {}) }))) all.push(agent_id);
    assert.deepEqual(all.sort(), ['ada', 'ben']);
    await parley.agents.setTopics('ada', ['builds.>']);
    assert.deepEqual((await parley.agents.topics('ada')).topics, ['builds.>']);
    assert.equal((await parley.agents.pause('ada', { reason: 'lunch' })).paused, true);
    assert.equal((await parley.agents.resume('ada')).paused, false);
    assert.equal((await parley.agents.setStatus('ada', { activity: 'working' })).activity, 'working');
    assert.ok(await parley.agents.catchUp('ada', 500));

    const sent = await parley.messages.send({ to: ['ada', 'ben'], content: 'A rare word: quokka', metadata: { a: 1 } });
    const [good, bad] = await parley.messages.sendBatch([
      { to: 'ada', content: 'x' },
      { to: 'nobody', content: 'y' },
    ]);
    assert.deepEqual([good!.status, bad!.status], [201, 404]);
    assert.equal((await parley.messages.broadcast({ content: 'all' })).deliveries_total, 2);
    assert.equal((await parley.messages.get(sent.message_id)).content, 'A rare word: quokka');
    await parley.messages.react(sent.message_id, '👍');
    await parley.messages.unreact(sent.message_id, '👍');
    for (let found = 0; found === 0;) found = (await parley.messages.search('quokka')).items.length;
    assert.equal((await parley.messages.inbox('ada', { max: 5 })).length, 3);
    const claimed = await parley.messages.claim('ada', { max: 1, lease_seconds: 60 });
    const of = { query: { agent_id: 'ada' } } as never;
    await parley.rest.post('/messages/{message_id}/ack', {
      path: { message_id: claimed[0]!.message.message_id },
      body: { lease_id: claimed[0]!.lease_id! },
      ...(of as object),
    });
    assert.equal((await parley.messages.trace(sent.message_id)).deliveries.length, 2);
    assert.equal((await parley.threads.get(sent.conversation_thread_id)).items!.length, 1);
    assert.ok((await parley.threads.list()).items.length > 0);
    assert.match((await parley.threads.digest(sent.conversation_thread_id)).text, /quokka/);
    await parley.messages.delete(sent.message_id);

    const task = await parley.tasks.create({ title: 'T' });
    const assigned = await parley.tasks.assign(task.task_id, 'ada');
    await parley.tasks.accept(task.task_id, assigned.fence);
    await parley.tasks.start(task.task_id, assigned.fence);
    await assert.rejects(
      parley.tasks.complete(task.task_id, assigned.fence - 1),
      (error) => error instanceof ParleyError && error.code === 'lease_lost',
    );
    assert.equal((await parley.tasks.complete(task.task_id, assigned.fence, { ok: true })).status, 'completed');
    assert.equal((await parley.tasks.assignments(task.task_id)).items.length, 1);

    const entry = await parley.memory.set('a/b c', { x: 1 });
    assert.deepEqual((await parley.memory.patch('a/b c', { y: 2 }, { ifVersion: entry.version })).value, { x: 1, y: 2 });
    await assert.rejects(
      parley.memory.set('a/b c', 0, { ifVersion: 0 }),
      (error) => error instanceof ParleyError && error.code === 'version_mismatch',
    );
    await parley.memory.set('a/../b', 'dots');
    assert.equal((await parley.memory.get('a/../b'))!.value, 'dots');
    assert.equal((await parley.memory.add('n', 2)).value, 2);
    assert.equal((await parley.memory.history('a/b c')).length, 2);
    await parley.memory.delete('a/b c');
    assert.equal(await parley.memory.get('a/b c'), undefined);
    assert.deepEqual(
      (await parley.memory.list({ prefix: 'a/' })).items.map(({ key }) => key),
      ['a/../b'],
    );

    const event = await parley.events.publish('build.done', { ok: true });
    assert.deepEqual((await parley.events.get(event.event_id)).data, { ok: true });
    assert.equal((await parley.events.list({ types: ['build.*'] })).items.length, 1);

    const asker = await world.agent('asker', { project: parley.project! });
    const question = await asker.questions.create({ content: 'Go?' });
    await asker.questions.withdraw(question.question_id);
    assert.equal((await parley.questions.wait(question.question_id)).status, 'withdrawn');

    const held = await asker.reservations.create({ paths: ['src/**'], ttl_seconds: 60 });
    const clashes = await parley.reservations.check({ files: ['src/a.ts'] });
    assert.ok(JSON.stringify(clashes).includes(held.reservation_id));
    await asker.reservations.renew(held.reservation_id, 120);
    await asker.reservations.release(held.reservation_id);
    assert.equal((await parley.reservations.get(held.reservation_id)).status, 'released');

    const squad = await parley.squads.create({ squad_id: 'alpha', name: 'Alpha' });
    await parley.squads.putMember(squad.squad_id, 'ada', { role: 'lead' });
    assert.equal((await parley.squads.get('alpha')).members.length, 1);
    await parley.squads.removeMember('alpha', 'ada');
    await parley.squads.delete('alpha');

    const execution = await parley.executions.create({ title: 'Run' });
    await parley.executions.log(execution.execution_id, { message: 'begun', level: 'info' });
    assert.equal((await parley.executions.update(execution.execution_id, { progress: 40 })).progress, 40);
    assert.equal((await parley.executions.fail(execution.execution_id, { error: 'no' })).status, 'failed');

    const plan = { steps: [{ step: 'one', agent: 'ada', action: 'begin' }] };
    assert.ok(await parley.workflows.validate(plan));
    const workflow = await parley.workflows.start(plan);
    assert.equal((await parley.workflows.cancel(workflow.workflow_id, 'no need')).status, 'cancelled');

    assert.ok((await parley.stats.get()).messages!.sent! >= 3);
    for (const list of [
      parley.stats.messages(),
      parley.stats.agents(),
      parley.stats.pairs(),
      parley.stats.timeline(),
      parley.stats.export(),
    ])
      assert.ok(await list);
    await parley.agents.delete('ben');
  });
});
