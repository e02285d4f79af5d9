import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';

const server = await startServer();

/** A reader that gets its message and dies, or says goodbye. */
async function read(agent: TestAgent, end: 'dies' | 'closes'): Promise<void> {
  const socket = await agent.connect();
  const { attempt } = await socket.received();
  assert.equal(attempt, 1);
  if (end === 'closes') await socket.close();
  else socket.terminate();
}

describe('A reader that dies with its message', { concurrency: 4 }, () => {
  it('gets it again at once three times, then later, and after max_disconnects it is a dead letter', async () => {
    const project = await TestProject.create(server, { max_disconnects: 5 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'poison');
    const disconnects = (count: number) =>
      eventually(
        `disconnect ${count}`,
        () => project.delivery(id),
        (delivery) => delivery.disconnects === count,
      );
    for (const time of [1, 2, 3]) {
      await read(bob, 'dies');
      assert.equal((await disconnects(time)).attempt, 1);
    }

    await read(bob, 'dies');
    assert.equal((await disconnects(4)).state, 'scheduled');
    const behind = await bob.connect();
    const fine = await ada.tell('bob', 'fine');
    assert.equal((await behind.received()).message.message_id, fine);
    await behind.ok('message:ack', { message_id: fine });
    const { message, attempt } = await behind.received();
    assert.deepEqual([message.message_id, attempt], [id, 1]);
    behind.terminate();

    const dead = await disconnects(5);
    assert.deepEqual([dead.state, dead.attempt, dead.last_error], ['dead', 1, 'the connection of its reader was lost 5 times']);
    assert.equal((await ada.claimOne({ wait: 30 })).message.message_type, 'delivery_failed');
  });

  it('is not counted if it sends a close frame, or reconnects with its session', async () => {
    const project = await TestProject.create(server, { max_disconnects: 1 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    for (let time = 0; time < 5; time++) await read(bob, 'closes');

    const first = await bob.connectOnly();
    const { session_id: session } = await first.event<{ session_id: string }>('agent:welcome');
    await first.received();
    const second = await bob.connect({ query: { session } });
    assert.equal((await second.received()).message.message_id, id);

    const { state, disconnects } = await project.delivery(id);
    assert.deepEqual([state, disconnects], ['leased', 0]);
  });
});
