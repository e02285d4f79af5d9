import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { within } from '../harness/deadline.ts';
import { closeAll } from '../harness/open.ts';
import { isOnPostgres } from '../harness/postgres.ts';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { Rest } from '../harness/rest.ts';
import { Server } from '../harness/server.ts';
import { AgentSocket } from '../harness/socket.ts';

const messages = 300;

const describeOnPostgres = isOnPostgres ? describe : () => undefined;

describeOnPostgres('What one sends to another', async () => {
  const one = await Server.start(undefined, { PARLEY_RATE_LIMIT_PER_SECOND: '0' });
  const other = await one.join({ PARLEY_RATE_LIMIT_PER_SECOND: '0' });
  after(async () => {
    closeAll();
    await other.remove();
    await one.remove();
  });

  it('comes in its order at another node', async () => {
    const [ada, bob] = await pair();
    const socket = await AgentSocket.open(other.url, '/ws/bob', { token: bob.token });
    const sending = send(ada);
    const seen: number[] = [];
    while (seen.length < messages) seen.push(await take(socket));
    await sending;
    assert.deepEqual(
      seen,
      Array.from({ length: messages }, (_, n) => n),
    );
  });

  // Without its session's name the other node may not know yet that the connection is broken.
  it('comes for the first time in its order to who is cut off and goes on at the other node, naming its session', async () => {
    const [ada, bob] = await pair();
    // All of it waits from the start: each connection holds a full window when it dies.
    await send(ada);
    const seen: number[] = [];
    const query: Record<string, string | number> = { window: 20 };
    const nodes = [other, one];
    for (let round = 0; seen.length < messages; round++) {
      const socket = await AgentSocket.open(nodes[round % 2]!.url, '/ws/bob', { token: bob.token, query });
      const { session_id } = await socket.event<{ session_id: string }>('agent:welcome');
      query['session'] = session_id;
      // Some are acknowledged, some are only seen, and some are on their way when the connection dies.
      for (let n = 0; n < 40 && seen.length < messages; n++) {
        const content = await take(socket, n < 30);
        if (!seen.includes(content)) seen.push(content);
      }
      socket.terminate();
    }
    assert.deepEqual(
      seen,
      Array.from({ length: messages }, (_, n) => n),
    );
  });

  async function pair(): Promise<[TestAgent, TestAgent]> {
    return (await TestProject.create(one)).pair();
  }

  /** One after the other, at the first node. */
  async function send(ada: TestAgent): Promise<void> {
    const rest = new Rest(one.url, ada.token, {});
    for (let n = 0; n < messages; n++) (await rest.post('messages', { to: 'bob', content: `${n}` })).succeeds();
  }

  async function take(socket: AgentSocket, settle = true): Promise<number> {
    const { message, lease_id } = await within('a message', socket.received());
    if (settle) socket.send('message:ack', { message_id: message.message_id, lease_id });
    return Number(message.content);
  }
});
