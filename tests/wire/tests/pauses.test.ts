import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { time } from '../harness/shapes.ts';
import { EventStream } from '../harness/stream.ts';
import type { Agent, Pause, SendAnswer, Squad } from '../harness/wire.ts';

const server = await startServer();

/** A project in which bob is in the squad blue, and whatever of it a path names. */
async function team(path: string) {
  const project = await TestProject.create(server);
  const [ada, bob] = await project.pair();
  (await project.admin.post('squads', { squad_id: 'blue', name: 'Blue', members: [{ agent_id: 'bob' }] })).succeeds();
  return { project, ada, bob, target: path.replace('PROJECT', project.id) };
}

for (const path of ['agents/bob', 'squads/blue', 'projects/PROJECT'])
  describe(`A pause of ${path}`, { concurrency: 4 }, () => {
    it('holds messages to a connected agent until it is resumed, in order', async () => {
      const { project, ada, bob, target } = await team(path);
      const socket = await bob.connect();
      (await project.admin.post(`${target}/pause`, { reason: 'The build is broken.' })).succeeds();

      for (const content of ['1', '2', '3']) {
        const { deliveries } = await ada.send({ to: 'bob', content });
        assert.equal(deliveries[0]!.outlook, 'held_until_back');
      }
      assert.deepEqual(await bob.claim(), []);
      assert.equal((await ada.rest.get('agents/bob')).as<Agent>().mailbox.queued, 3);

      (await project.admin.post(`${target}/resume`)).succeeds();
      const received: string[] = [];
      while (received.length < 3) received.push((await socket.event<{ message: { content: string } }>('message:received')).message.content);
      assert.deepEqual(received, ['1', '2', '3']);
    });

    it('ends a wait for messages with what waited', async () => {
      const { project, ada, bob, target } = await team(path);
      (await project.admin.post(`${target}/pause`)).succeeds();
      await ada.tell('bob', 'later');
      const waiting = bob.claimOne();
      (await project.admin.post(`${target}/resume`)).succeeds();
      assert.equal((await waiting).message.content, 'later');
    });

    it('shows who paused it, when, and why', async () => {
      const { project, target } = await team(path);
      (await project.admin.post(`${target}/pause`, { reason: 'Lunch' })).succeeds();
      const { pause } = (await project.admin.get(target)).as<{ pause: Pause }>(200);
      assert.equal(pause.reason, 'Lunch');
      assert.match(pause.paused_by!, /^token:/);
      assert.match(pause.paused_at!, time);
      (await project.admin.post(`${target}/resume`)).succeeds();
      assert.equal((await project.admin.get(target)).as<{ pause: Pause | null }>(200).pause, null);
    });

    it('takes no body, an empty one, and a reason, but nothing else', async () => {
      const { project, target } = await team(path);
      (await project.admin.post(`${target}/pause`, {})).succeeds();
      (await project.admin.post(`${target}/pause`, { reason: 'x'.repeat(201) })).problem(400, 'invalid_request');
      (await project.admin.post(`${target}/pause`, { reason: ['x'] })).problem(400, 'invalid_request');
      (await project.admin.post(`${target}/pause`, { because: 'x' })).problem(400, 'invalid_request');
      assert.equal((await project.admin.get(target)).as<{ pause: Pause }>(200).pause.reason, null);
    });
  });

it('A paused squad is told to feeds and streams', async () => {
  const { project, ada } = await team('');
  const socket = await ada.connect();
  const stream = await EventStream.open(project.admin, `project/${project.id}`);
  await stream.connected();
  await socket.ok('subscribe', { feeds: { squads: {} }, snapshot: true });
  await socket.event('snapshot');

  (await project.admin.post('squads/blue/pause', { reason: 'Lunch' })).succeeds();

  assert.equal((await socket.event<{ item: Squad }>('change')).item.pause!.reason, 'Lunch');
  assert.equal((await stream.next<Squad>('squad')).data.pause!.reason, 'Lunch');
});

it('A request to a paused agent is answered after the pause, and one that expires is not delivered', async () => {
  const { project, ada, bob } = await team('');
  (await project.admin.post(`projects/${project.id}/pause`)).succeeds();
  (await ada.rest.post('messages', { to: 'bob', content: 'too late', ttl_seconds: 1 })).as<SendAnswer>(201);
  const queued = async () => (await ada.rest.get('agents/bob')).as<Agent>().mailbox.queued;
  await eventually('the message to expire', queued, (n) => n === 0);
  const asking = ada.rest.post('requests', { to: 'bob', content: 'still there?', timeout_seconds: 120 });
  await eventually('the request to wait', queued, (n) => n === 1);
  (await project.admin.post(`projects/${project.id}/resume`)).succeeds();

  const { message } = await bob.claimOne();
  assert.equal(message.content, 'still there?');
  (await bob.rest.post('messages', { reply_to: message.message_id, content: 'yes' })).succeeds();
  assert.equal((await asking).as<{ reply: { content: string } }>(200).reply.content, 'yes');
});
