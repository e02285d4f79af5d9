import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';

const server = await startServer();

interface CatchUp {
  budget_tokens: number;
  tokens: number;
  agent: { agent_id: string; project_id: string; status: string };
  tasks: { task_id: string; fence: number; description?: string; shortened?: number }[];
  requests: { message_id: string; from: string; state: string; accepted?: boolean; content: string }[];
  inbox: { waiting: number; newest: { message_id: string }[] };
  threads: { conversation_thread_id: string; new_messages: number; digest: string }[];
  left_out?: Record<string, number>;
}

describe('A catch-up', { concurrency: 4 }, () => {
  it('tells an agent where it was', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const { task_id: task, fence } = (await bob.rest.post('tasks', { title: 'Build it', agent_id: 'ada' })).as<{
      task_id: string;
      fence: number;
    }>(201);
    const { conversation_thread_id: thread } = await ada.send({ to: 'bob', content: 'Hello' });
    await bob.send({ to: 'bob', content: 'A note to myself', conversation_thread_id: thread });
    const asked = await bob.send({ to: 'ada', content: 'Is it ready?', intent: 'request' });
    const note = await bob.send({ to: 'ada', content: 'Lunch is at noon.' });
    await ada.rest.post(`messages/${asked.message_id}/ack`);

    const told = (await ada.rest.get('agents/ada/catch-up')).as<CatchUp>(200);

    assert.deepEqual([told.agent.agent_id, told.agent.project_id], ['ada', project.id]);
    assert.deepEqual([told.tasks[0]?.task_id, told.tasks[0]?.fence], [task, fence]);
    assert.deepEqual(
      told.requests.map((one) => [one.message_id, one.from, one.state, one.content, one.accepted]),
      [[asked.message_id, 'bob', 'acknowledged', 'Is it ready?', undefined]],
    );
    assert.deepEqual([told.inbox.waiting, told.inbox.newest[0]?.message_id], [2, note.message_id]);
    assert.deepEqual([told.threads.length, told.threads[0]?.conversation_thread_id, told.threads[0]?.new_messages], [1, thread, 1]);
    assert.ok(told.threads[0]!.digest.includes('A note to myself'));
    assert.equal(told.left_out, undefined);

    await ada.send({ to: 'bob', content: 'Yes.', reply_to: asked.message_id });
    assert.deepEqual((await ada.rest.get('agents/ada/catch-up')).as<CatchUp>(200).requests, []);
  });

  it('keeps to its budget and counts what it leaves out', async () => {
    const project = await TestProject.create(server, { rate_limit_per_second: 0 });
    const [ada, bob] = await project.pair();
    const description = 'wörd "quoted" 🙂\n'.repeat(500);
    for (let n = 0; n < 20; n++) await bob.rest.post('tasks', { title: `Task ${n}`, description, agent_id: 'ada' });

    for (const budget of [400, 2_000, 20_000]) {
      const answer = await ada.rest.get(`agents/ada/catch-up?budget_tokens=${budget}`);
      const told = answer.as<CatchUp>(200);
      assert.ok(answer.text.length <= budget * 4, `${answer.text.length} characters`);
      assert.deepEqual([told.budget_tokens, told.tokens], [budget, Math.ceil(answer.text.length / 4)]);
      assert.equal(told.tasks.length + (told.left_out?.tasks ?? 0), 20);
      assert.ok(told.tasks.every((one) => one.shortened === description.length));
    }

    for (const budget of ['0', '399', 'many', '1000001'])
      assertNames((await ada.rest.get(`agents/ada/catch-up?budget_tokens=${budget}`)).problem(400, 'invalid_request'), 'budget_tokens');
  });
});
