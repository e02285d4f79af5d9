import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { Server, startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { AgentSocket } from '../harness/socket.ts';
import type { Change, Page } from '../harness/wire.ts';

const server = await startServer();

interface Task {
  task_id: string;
  title: string;
  status: string;
  priority: number;
  creator_id: string | null;
  agent_id: string | null;
  blocked_by: string[];
  parts: { done: number; total: number };
  overdue: boolean;
  result: unknown;
  error: string | null;
  fence: number;
  lease_until: string | null;
  thread_id: string;
  created_at: string;
  completed_at: string | null;
  number: number;
  version: number;
  may?: { move: string; allowed: boolean; why: string | null }[];
}

interface HandOut {
  task_id: string;
  fence: number;
  lease_until: string;
  task: Task;
}

const fields = [
  'task_id',
  'title',
  'description',
  'status',
  'priority',
  'creator_id',
  'agent_id',
  'required_capabilities',
  'requirements',
  'depends_on',
  'blocked_by',
  'parent_task_id',
  'parts',
  'auto_assign',
  'due_date',
  'overdue',
  'result',
  'error',
  'fence',
  'lease_until',
  'thread_id',
  'created_at',
  'completed_at',
  'number',
  'version',
];

async function create(by: TestAgent, task: Record<string, unknown>): Promise<Task> {
  return (await by.rest.post('tasks', { title: 'Some work', ...task })).as<Task>(201);
}

async function move(by: TestAgent, task: Task, verb: string, body: Record<string, unknown> = {}): Promise<Task> {
  return (await by.rest.post(`tasks/${task.task_id}/${verb}`, body)).as<Task>(200);
}

async function get(by: TestAgent, task: Task): Promise<Task> {
  return (await by.rest.get(`tasks/${task.task_id}`)).as<Task>(200);
}

async function ids(by: TestAgent, path: string, query: Record<string, string> = {}): Promise<string[]> {
  return (await by.rest.get(path, query)).as<Page<Task>>(200).items.map((task) => task.task_id);
}

/** The task once it is so: what the server does by itself follows a moment later. */
async function until(by: TestAgent, task: Task, isSo: (task: Task) => boolean): Promise<Task> {
  for (;;) {
    const now = await get(by, task);
    if (isSo(now)) return now;
    await by.project.timePasses(0.2);
  }
}

function handOut(item: { message: { payload?: unknown } }): HandOut {
  return item.message.payload as HandOut;
}

describe('A task', { concurrency: 4 }, () => {
  it('is created, given out, worked on, and completed, and lists say so', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const answer = await ada.rest.post('tasks', { title: 'Review it', description: 'Well', priority: 3, requirements: { hours: 8 } });
    const made = answer.as<Task>(201);
    assertFields(made, fields);
    assert.match(made.task_id, uuid7);
    assert.match(made.created_at, time);
    assert.deepEqual([made.status, made.creator_id, made.agent_id, made.fence, made.thread_id], ['pending', 'ada', null, 0, made.task_id]);
    assert.equal(answer.headers.get('etag'), `"${made.version}"`);
    assert.deepEqual(await ids(ada, 'tasks/pending'), [made.task_id]);

    const given = await move(ada, made, 'assign', { agent_id: 'bob' });
    assert.deepEqual([given.status, given.agent_id, given.fence], ['assigned', 'bob', 1]);
    assert.deepEqual(await ids(ada, 'tasks/pending'), []);
    await move(bob, made, 'accept', { fence: 1 });
    assert.equal((await move(bob, made, 'start', { fence: 1 })).status, 'in_progress');
    assert.deepEqual(await ids(ada, 'tasks', { status: 'in_progress', agent: 'bob', creator: 'ada' }), [made.task_id]);
    const done = await move(bob, made, 'complete', { fence: 1, result: { ok: [1, null] } });

    assert.deepEqual([done.status, done.result, done.lease_until], ['completed', { ok: [1, null] }, null]);
    assert.match(done.completed_at!, time);
    const { may, ...shown } = await get(ada, made);
    assert.deepEqual(shown, done);
    assert.ok(may!.every((move) => !move.allowed && move.why === 'It has ended.'));
    assert.deepEqual(await ids(bob, 'tasks/agent/bob', { status: 'completed' }), [made.task_id]);
    const assignments = (await ada.rest.get(`tasks/${made.task_id}/assignments`)).as<Page<{ agent_id: string; status: string }>>(200).items;
    assert.deepEqual(
      assignments.map((one) => [one.agent_id, one.status]),
      [['bob', 'completed']],
    );
    // It is over: each move says so, with a fence and without.
    for (const body of [{ fence: 1 }, {}])
      assert.match(
        (await bob.rest.post(`tasks/${made.task_id}/start`, body)).problem(409, 'conflict').detail!,
        /is completed; start .* It has ended/,
      );
  });

  it('is changed only by who has read it, with If-Match', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const made = await create(ada, {});

    const changed = (
      await ada.rest.put(`tasks/${made.task_id}`, { title: 'Other' }, { headers: { 'if-match': `"${made.version}"` } })
    ).as<Task>(200);
    const stale = await ada.rest.put(`tasks/${made.task_id}`, { title: 'Third' }, { headers: { 'if-match': `"${made.version}"` } });
    stale.problem(412, 'version_mismatch');
    (await ada.rest.delete(`tasks/${made.task_id}`, { headers: { 'if-match': `"${made.version}"` } })).problem(412, 'version_mismatch');
    (await ada.rest.delete(`tasks/${made.task_id}`, { headers: { 'if-match': `"${changed.version}"` } })).isEmpty();

    assert.equal(changed.title, 'Other');
    (await ada.rest.get(`tasks/${made.task_id}`)).problem(404, 'not_found');
  });

  it('is refused by name where it is wrong', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const [bad, field] of [
      [{}, 'title'],
      [{ title: 'A', priority: 9 }, 'priority'],
      [{ title: 'A', depends_on: ['x'] }, 'depends_on[0]'],
      [{ title: 'A', agent_id: 'bob', auto_assign: true }, 'agent_id'],
      [{ title: 'A', colour: 'red' }, 'colour'],
    ] as const)
      assertNames((await ada.rest.post('tasks', bad)).problem(400), field);
    (await ada.rest.post('tasks', { title: 'A', agent_id: 'nobody' })).problem(404, 'not_found');
    assert.deepEqual(await ids(ada, 'tasks'), []);
  });

  it('goes to one that can do it, again when it is rejected, and waits for one that comes', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const bob = await project.agent('bob', { capabilities: ['review'] });
    const eve = await project.agent('eve', { capabilities: ['review'] });
    const [bobs] = [await bob.connect(), await ada.connect()];

    const made = await create(ada, { auto_assign: true, required_capabilities: ['review'] });
    assert.deepEqual([made.status, made.agent_id], ['assigned', 'bob']);
    assert.equal((await bobs.event<Task>('task:assigned')).task_id, made.task_id);
    await move(bob, made, 'reject', { fence: made.fence, reason: 'No time.' });
    const waits = await until(ada, made, (task) => task.status === 'pending');
    assert.equal(waits.agent_id, null, 'nobody else is there, and who rejected it does not get it again');

    const eves = await eve.connect();
    const assigned = await eves.event<Task>('task:assigned');
    assert.deepEqual([assigned.task_id, assigned.agent_id], [made.task_id, 'eve']);
    assert.ok(assigned.fence > made.fence);
    (await bob.rest.post(`tasks/${made.task_id}/complete`, { fence: made.fence })).problem(409, 'lease_lost');
  });

  it('that waits is told to whoever it is given to by coming online, also while that connection is being welcomed', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const names = Array.from({ length: 40 }, (_, n) => `only-${n}`);
    const agents = await Promise.all(names.map((name) => project.agent(name, { capabilities: [name] })));
    for (const name of names) await create(ada, { auto_assign: true, required_capabilities: [name] });

    const sockets = await Promise.all(agents.map((agent) => agent.connect()));

    const told = await Promise.all(sockets.map((socket) => socket.event<Task>('task:assigned')));
    assert.deepEqual(
      told.map((task) => task.agent_id),
      names,
    );
  });

  it('is worked on by an agent that knows only messages', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const made = await create(ada, { title: 'Sum', agent_id: 'bob' });

    const got = await bob.claimOne();
    const given = handOut(got);
    assert.deepEqual(
      [got.message.message_type, got.message.sender_id, given.task_id, given.fence],
      ['task_assignment', 'ada', made.task_id, 1],
    );
    await bob.send({ reply_to: got.message.message_id, content: 'It is 4.', payload: { sum: 4 }, outcome: 'success' });

    const done = await get(ada, made);
    assert.deepEqual([done.status, done.result], ['completed', { sum: 4 }]);
    const answer = await ada.claimOne();
    assert.deepEqual([answer.message.content, answer.message.conversation_thread_id], ['It is 4.', made.thread_id]);

    const second = await create(ada, { title: 'Divide', agent_id: 'bob' });
    const other = await bob.claimOne();
    await bob.send({ reply_to: other.message.message_id, content: 'By zero?', outcome: 'error' });
    const failed = await get(ada, second);
    assert.deepEqual([failed.status, failed.error], ['failed', 'By zero?']);
  });

  it('comes behind the mail that waits, and both arrive', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (const content of ['1', '2', '3']) await ada.tell('bob', content);
    const made = await create(ada, { agent_id: 'bob' });

    const socket = await bob.connect();
    const got = [];
    for (let n = 0; n < 4; n++) got.push((await socket.received()).message);

    assert.deepEqual(
      got.map((message) => message.message_type === 'task_assignment'),
      [false, false, false, true],
    );
    assert.equal(got[3]!.conversation_thread_id, made.thread_id);
  });

  it('is lost with its lease, and a late result is refused', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const made = await create(ada, { agent_id: 'bob' });
    await move(bob, made, 'start', { fence: 1, lease_seconds: 1 });

    const lost = await until(ada, made, (task) => task.status === 'pending');
    assert.ok(lost.fence > 1);
    (await bob.rest.post(`tasks/${made.task_id}/complete`, { fence: 1, result: 'late' })).problem(409, 'lease_lost');
    const again = await move(ada, made, 'assign', { agent_id: 'bob' });
    assert.equal((await move(bob, made, 'complete', { fence: again.fence, result: 'in time' })).result, 'in time');
  });

  it('waits for what it depends on, and counts its parts', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const whole = await create(ada, { title: 'Whole' });
    const first = await create(ada, { title: 'First', parent_task_id: whole.task_id });
    const second = await create(ada, { title: 'Second', parent_task_id: whole.task_id, depends_on: [first.task_id] });

    assert.deepEqual(second.blocked_by, [first.task_id]);
    const refused = (await ada.rest.post(`tasks/${second.task_id}/assign`, { agent_id: 'bob' })).problem(409, 'conflict');
    assert.match(refused.detail!, new RegExp(first.task_id));
    const cycle = (await ada.rest.put(`tasks/${first.task_id}`, { depends_on: [second.task_id] })).problem(409, 'conflict');
    assert.match(cycle.detail!, /'First' .* 'Second' .* 'First'/);
    const given = await move(ada, first, 'assign', { agent_id: 'bob' });
    await move(bob, first, 'complete', { fence: given.fence });

    await until(ada, second, (task) => task.blocked_by.length === 0);
    assert.equal((await move(ada, second, 'assign', { agent_id: 'bob' })).status, 'assigned');
    assert.deepEqual((await get(ada, whole)).parts, { done: 1, total: 2 });
    assert.deepEqual((await ids(ada, 'tasks', { parent: whole.task_id })).sort(), [first.task_id, second.task_id].sort());
  });

  it('is overdue once its due date has passed', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const made = await create(ada, { due_date: new Date(Date.now() + 500).toISOString() });

    await until(ada, made, (task) => task.overdue);
    assert.deepEqual(await ids(ada, 'tasks/overdue'), [made.task_id]);
    const told = (await ada.rest.get('events', { types: 'task_overdue' })).as<Page<{ data: Task }>>(200).items;
    assert.deepEqual(
      told.map((event) => event.data.task_id),
      [made.task_id],
    );
    assert.equal((await move(ada, made, 'assign', { agent_id: 'ada' })).status, 'assigned', 'late is not over');
  });

  it('is ended by one of two workers', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const made = await create(ada, { agent_id: 'bob' });
    const given = await move(ada, made, 'assign', { agent_id: 'eve' });

    (await bob.rest.post(`tasks/${made.task_id}/complete`, { fence: 1 })).problem(409, 'lease_lost');
    (await bob.rest.post(`tasks/${made.task_id}/complete`, { fence: given.fence })).problem(403, 'forbidden');
    const both = await Promise.all([1, 2].map((result) => eve.rest.post(`tasks/${made.task_id}/complete`, { fence: given.fence, result })));
    assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 409]);
  });

  it('is ended and taken back by an operator without a fence', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const olga = await project.operator();
    const made = await create(ada, { agent_id: 'bob' });

    const taken = await move(olga, made, 'unassign', { reason: 'Not now.' });
    assert.deepEqual([taken.status, taken.agent_id], ['pending', null]);
    const again = await move(olga, made, 'assign', { agent_id: 'bob' });
    const ended = await move(olga, made, 'fail', { error: 'Called off.' });
    assert.deepEqual([ended.status, ended.error], ['failed', 'Called off.']);
    (await bob.rest.post(`tasks/${made.task_id}/complete`, { fence: again.fence })).problem(409, 'lease_lost');
  });

  it('is handled over a WebSocket from its creation to its end', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [adas, bobs] = [await ada.connect(), await bob.connect()];

    const made = await adas.ok<Task>('task:create', { title: 'Over frames' });
    await adas.ok('task:assign', { task_id: made.task_id, agent_id: 'bob' });
    const assigned = await bobs.event<Task>('task:assigned');
    await bobs.ok('task:update', { task_id: made.task_id, status: 'in_progress', fence: assigned.fence });
    await bobs.refused('task:complete', { task_id: made.task_id, fence: assigned.fence + 1 }, 409, 'lease_lost');
    const done = await bobs.ok<Task>('task:complete', { task_id: made.task_id, fence: assigned.fence, result: [1] });

    assert.deepEqual([done.status, done.result], ['completed', [1]]);
    const told = async (socket: AgentSocket, count: number) => {
      const statuses = [];
      for (let n = 0; n < count; n++) statuses.push((await socket.event<Task>('task:updated')).status);
      return statuses;
    };
    assert.deepEqual(await told(adas, 4), ['pending', 'assigned', 'in_progress', 'completed']);
    assert.deepEqual(await told(bobs, 2), ['in_progress', 'completed']);
  });

  it('is followed with the filter of its list', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const before = await create(ada, { agent_id: 'bob' });
    const socket = await bob.connect();
    const { subscription } = await socket.ok<{ subscription: string }>('subscribe', {
      feeds: { tasks: { agent: 'bob', status: 'assigned' } },
      snapshot: true,
    });
    const first = await socket.event<{ items: Task[]; done: boolean }>('snapshot');
    assert.deepEqual(
      first.items.map((task) => task.task_id),
      [before.task_id],
    );

    const other = await create(ada, {});
    await move(ada, other, 'assign', { agent_id: 'bob' });
    await move(bob, before, 'start', { fence: 1 });
    await move(bob, before, 'complete', { fence: 1 });
    await move(ada, other, 'unassign');

    const told = [];
    for (let n = 0; n < 3; n++) {
      const { op, item } = await socket.event<Change<Task>>('change', (one) => one.subscription === subscription);
      told.push([op, item.task_id, item.status]);
    }
    assert.deepEqual(told, [
      ['put', other.task_id, 'assigned'],
      ['delete', before.task_id, 'in_progress'],
      ['delete', other.task_id, 'pending'],
    ]);
    const refused = await socket.refused('subscribe', { feeds: { tasks: { status: 'waiting' } } }, 400);
    assertNames(refused, 'feeds.tasks.status');
  });
});

it('Whoever lost a task stays out when the server starts anew', { skip: process.env['PARLEY_URL'] !== undefined }, async () => {
  const first = await Server.start();
  const project = await TestProject.create(first);
  const [ada, bob] = await project.pair();
  const made = await create(ada, { agent_id: 'bob' });
  const kept = await create(ada, { agent_id: 'bob' });
  await move(ada, made, 'unassign');
  await first.kill();

  const second = await Server.start(first.dataFolder);
  try {
    const late = second.rest(bob.token);
    (await late.post(`tasks/${made.task_id}/complete`, { fence: 1 })).problem(409, 'lease_lost');
    assert.equal((await late.post(`tasks/${kept.task_id}/complete`, { fence: 1, result: 1 })).as<Task>(200).status, 'completed');
  } finally {
    await second.remove();
  }
});
