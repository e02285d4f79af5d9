import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { Agent, Change, InboxItem, Page, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

interface Question {
  question_id: string;
  agent_id: string;
  content: string;
  options: { value: string; label: string | null; detail: string | null }[];
  status: string;
  answer: string | null;
  answered_by: string | null;
  thread_id: string;
  message_id: string;
  answered_at: string | null;
  note: string | null;
  waiting: string[];
  reminders: { at: string; to: string; sent: boolean }[];
  number: number;
  version: number;
}

const fields = [
  'question_id',
  'agent_id',
  'content',
  'options',
  'default',
  'deadline',
  'escalation',
  'escalate_after_seconds',
  'status',
  'answer',
  'answered_by',
  'thread_id',
  'message_id',
  'task_id',
  'workflow_id',
  'step',
  'execution_id',
  'answered_at',
  'note',
  'waiting',
  'reminders',
  'created_at',
  'version',
  'number',
];

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

async function ask(by: TestAgent, body: Record<string, unknown>): Promise<Question> {
  return (await by.rest.post('questions', body)).as<Question>(201);
}

async function humans(project: TestProject) {
  return (await project.admin.get('agents/human/inbox')).as<{ items: InboxItem[] }>(200).items.map((item) => item.message);
}

describe('A question', { concurrency: 4 }, () => {
  it('reaches the operators, and the answer reaches the agent', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();

    const options = ['sqlite', { value: 'postgres', label: 'PostgreSQL', detail: 'Needs a server.' }];
    const asked = await ask(ada, { content: 'Which?', options, default: 'sqlite', deadline: inAnHour(), note: 'For one user.' });
    assertFields(asked, fields);
    for (const id of [asked.question_id, asked.thread_id, asked.message_id]) assert.match(id, uuid7);
    assert.deepEqual(asked.options[1], options[1]);
    assert.deepEqual([asked.status, asked.waiting, asked.reminders.length], ['open', ['human'], 3]);
    for (const reminder of asked.reminders) assert.match(reminder.at, time);
    const [told] = await humans(project);
    assert.deepEqual([told!.message_id, told!.message_type, told!.authority, told!.priority], [asked.message_id, 'question', 'agent', 3]);
    assert.equal((await ada.rest.get('agents/ada')).as<Agent>(200).activity, 'blocked_on_human');

    (await project.admin.post(`questions/${asked.question_id}/answer`, { answer: 'mysql' })).problem(400, 'invalid_request');
    const waits = ada.rest.get(`questions/${asked.question_id}`, { wait: '60' });
    const answered = (await project.admin.post(`questions/${asked.number}/answer`, { answer: '2', note: 'Staging.' })).as<Question>(200);
    assert.deepEqual(
      [answered.status, answered.answer, answered.answered_by, answered.note],
      ['answered', 'postgres', 'human', 'Staging.'],
    );
    assert.deepEqual((await waits).as<Question>(200), answered);
    const { detail } = (await project.admin.post(`questions/${asked.question_id}/answer`, { answer: '1' })).problem(409, 'conflict');
    assert.ok(detail!.includes(`was answered by 'human' at ${answered.answered_at}: postgres`), detail!);

    const items = await ada.look();
    assert.equal(items.length, 1);
    const answer = items[0]!.message;
    assert.deepEqual([answer.message_type, answer.content, answer.authority], ['answer', 'postgres', 'operator']);
    assert.deepEqual([answer.reply_to, answer.conversation_thread_id], [asked.message_id, asked.thread_id]);
    assert.equal((await ada.rest.get('agents/ada')).as<Agent>(200).activity, 'unknown');
  });

  it('is asked, answered, and withdrawn over sockets', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [adas, bobs] = [await ada.connect(), await bob.connect()];

    const asked = await adas.ok<Question>('question:ask', { content: 'May I merge?', escalation: ['bob', 'human'] });
    assert.equal((await bobs.received()).message.message_id, asked.message_id);
    await adas.refused('question:answer', { question_id: asked.question_id, answer: 'yes' }, 403);
    const answered = await bobs.ok<Question>('question:answer', { question_id: asked.question_id, answer: 'yes' });
    assert.deepEqual([answered.answer, answered.answered_by], ['yes', 'bob']);
    const { message } = await adas.received();
    assert.deepEqual([message.message_type, message.authority], ['answer', 'agent']);
    assert.deepEqual(message.payload, {
      question_id: asked.question_id,
      status: 'answered',
      answer: 'yes',
      answered_by: 'bob',
      note: null,
    });

    const other = await adas.ok<Question>('question:ask', { content: 'And now?' });
    await bobs.refused('question:withdraw', { question_id: other.question_id }, 403);
    assert.equal((await adas.ok<Question>('question:withdraw', { question_id: other.question_id })).status, 'withdrawn');
  });

  it('is answered by a reply, and asked by a message that says a person is needed', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const { message_id } = await ada.send({ to: 'human', message_type: 'human_intervention_required', content: 'The disk is full.' });

    const { items } = (await ada.rest.get('questions', { status: 'open' })).as<Page<Question>>(200);
    assert.deepEqual(
      items.map((one) => [one.content, one.message_id]),
      [['The disk is full.', message_id]],
    );
    const sent = (await project.admin.post('messages', { reply_to: message_id, content: 'I made room.' })).as<SendAnswer>(201);

    const answered = (await ada.rest.get(`questions/${items[0]!.question_id}`)).as<Question>(200);
    assert.deepEqual([answered.status, answered.answer], ['answered', 'I made room.']);
    const [got] = await ada.look();
    assert.deepEqual([got!.message.message_id, got!.message.message_type], [sent.message_id, 'answer']);
  });

  it('is followed with the filter of its list', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const first = await ask(ada, { content: 'May I?' });
    const socket = await bob.connect();
    const { subscription } = await socket.ok<{ subscription: string }>('subscribe', {
      feeds: { questions: { status: 'open' } },
      snapshot: true,
    });
    assert.deepEqual((await socket.event<{ items: Question[] }>('snapshot')).items, [first]);

    const other = await ask(ada, { content: 'May we?' });
    (await project.admin.post(`questions/${first.question_id}/answer`, { answer: 'Yes.' })).succeeds();

    const told = [];
    for (let n = 0; n < 3; n++) {
      const { op, item } = await socket.event<Change<Question>>('change', (one) => one.subscription === subscription);
      told.push([op, item.question_id, item.status, item.message_id]);
    }
    assert.deepEqual(told, [
      ['put', other.question_id, 'open', null],
      ['put', other.question_id, 'open', other.message_id],
      ['delete', first.question_id, 'answered', first.message_id],
    ]);
  });
});
