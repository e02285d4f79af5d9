import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { uuid7 } from '../harness/shapes.ts';
import type { Change, Message } from '../harness/wire.ts';

const server = await startServer();

interface Step {
  step: string;
  status: string;
  agent_id: string | null;
  attempt: number;
  fence: number;
  result: unknown;
  error: string | null;
}

interface Workflow {
  workflow_id: string;
  execution_id: string;
  status: string;
  steps: Step[];
  progress: { done: number; total: number };
  results: Record<string, unknown> | null;
  version: number;
}

const plan = {
  title: 'The login page',
  steps: [
    { step: 'build', agent: 'bob', action: 'Build it.' },
    { step: 'review', agent: 'ada', action: 'Review it.', depends_on: ['build'], input: { pr: '${build/pr}' } },
  ],
};

async function get(by: TestAgent, id: string): Promise<Workflow> {
  return (await by.rest.get(`workflows/${id}`)).as<Workflow>(200);
}

describe('A workflow', { concurrency: 4 }, () => {
  it('is worked on over sockets: each step comes as a message, and a reply ends it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [adas, bobs] = [await ada.connect(), await bob.connect()];

    const answer = await ada.rest.post('workflows', plan);
    const started = answer.as<Workflow>(201);
    assert.match(started.workflow_id, uuid7);
    assert.equal(answer.headers.get('location'), `/api/v1/workflows/${started.workflow_id}`);

    const build = await bobs.received();
    assert.deepEqual([build.message.message_type, build.message.execution_id], ['workflow_step', started.execution_id]);
    await bobs.ok('message:send', { reply_to: build.message.message_id, outcome: 'success', payload: { pr: 17 } });
    const review = await adas.received();
    assert.deepEqual((review.message.payload as { input: unknown }).input, { pr: 17 });
    await adas.ok('message:reply', { message_id: review.message.message_id, outcome: 'success', content: 'Fine.' });

    const told = await adas.received();
    assert.equal(told.message.message_type, 'workflow_completion');
    const ended = await get(ada, started.workflow_id);
    assert.deepEqual(
      [ended.status, ended.progress, ended.results],
      ['completed', { done: 2, total: 2 }, { build: { pr: 17 }, review: 'Fine.' }],
    );
    assert.deepEqual(
      bobs.left.filter((frame) => frame.event === 'message:received'),
      [],
    );
  });

  it('is followed on its execution, and on the feeds of workflows and of steps', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect({ query: { window: '0' } });
    await socket.ok('subscribe', { feeds: { workflows: {}, workflow_steps: {} } });
    const { workflow_id: id } = (
      await ada.rest.post('workflows', { steps: [{ step: 'only', agent: 'bob', action: 'Do it.' }] })
    ).as<Workflow>(201);
    (await bob.rest.post(`workflows/${id}/steps/only/complete`, { fence: 1, result: 1 })).succeeds();

    const seen: string[] = [];
    await socket.event<Change<{ status: string; steps?: unknown[] }>>('change', ({ feed, item }) => {
      seen.push(`${feed} ${item.status}`);
      return feed === 'workflows' && item.status === 'completed';
    });
    for (const one of ['workflows running', 'workflow_steps waiting', 'workflow_steps assigned', 'workflow_steps completed'])
      assert.ok(seen.includes(one), `${one}: ${seen.join(', ')}`);
  });

  it('is refused with everything that is wrong with it, and nothing of it starts', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const bad = {
      steps: [
        { step: 'a', agent: 'bod', action: 'x', depends_on: ['c'] },
        { step: 'b', action: 'x', depends_on: ['nowhere'], input: '${a/x}' },
        { step: 'c', agent: 'bob', capability: 'x', action: 'x', depends_on: ['a'] },
        { step: 'a', agent: 'bob', action: 'x', when: [{ step: 'a', op: 'lt' }] },
      ],
    };

    const refused = (await ada.rest.post('workflows', bad)).problem(400, 'invalid_request');
    const checked = (await ada.rest.post('workflows/validate', bad)).as<{ valid: boolean; errors: Record<string, string[]> }>(200);

    assert.equal(checked.valid, false);
    assert.deepEqual(checked.errors, refused.errors);
    for (const [place, reason] of [
      ['steps[0].agent', /no agent 'bod'. Did you mean 'bob'/],
      ['steps[0].depends_on', /circle: a -> c -> a/],
      ['steps[1]', /nobody who does it/],
      ['steps[1].depends_on[0]', /no step 'nowhere'/],
      ['steps[2]', /only one of them/],
      ['steps[3].step', /'a' is the name of steps\[0\] too/],
      ['steps[3].when[0].value', /must be a number or a text/],
    ] as const)
      assert.match(checked.errors[place]?.join() ?? `nothing at ${place} in ${JSON.stringify(checked.errors)}`, reason);
    assert.deepEqual((await ada.rest.get('workflows')).as<{ items: unknown[] }>(200).items, []);
  });

  it('lists its messages on one thread and its run on one stream', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const { workflow_id: id, execution_id: execution } = (await ada.rest.post('workflows', plan)).as<Workflow>(201);
    (await bob.rest.post(`workflows/${id}/steps/build/complete`, { fence: 1, result: { pr: 17 } })).succeeds();
    await eventually(
      'the review to be handed out',
      () => get(ada, id),
      ({ steps }) => steps[1]?.status === 'assigned',
    );

    const messages = (await project.admin.get('messages', { thread: id })).as<{ items: Message[] }>(200).items;
    assert.deepEqual(
      messages.map((one) => [one.message_type, one.execution_id]),
      [
        ['workflow_step', execution],
        ['workflow_step', execution],
      ],
    );
    (await project.admin.post(`executions/${execution}/complete`, {})).problem(409, 'conflict');
  });
});
