import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { AgentSocket, upgradeStatus } from '../harness/socket.ts';
import type { Agent } from '../harness/wire.ts';

const server = await startServer();

describe('A socket that a join token opened', { concurrency: 6 }, () => {
  it('registers its agent, which is welcomed, receives what waits, sends, and has a token for the next time', async () => {
    const { project, connect } = await joining();
    const bob = await project.agent('bob');
    const socket = await connect('ada');

    // Sent at once, as by a client that does not wait for answers.
    const answer = socket.ok<Agent>('agent:register', { name: 'Ada', capabilities: ['review'] });
    socket.send('message:send', { to: 'bob', content: 'I am here.' });
    const agent = await answer;
    const welcome = await socket.event<{ agent: Agent }>('agent:welcome');

    assert.deepEqual([agent.agent_id, agent.name, agent.capabilities], ['ada', 'Ada', ['review']]);
    assert.equal(welcome.agent.agent_id, 'ada');
    assert.equal((await bob.claimOne()).message.sender_id, 'ada');
    await bob.send({ to: 'ada', content: 'Good.' });
    assert.equal((await socket.received()).message.content, 'Good.');
    assert.equal((await project.admin.get('agents/ada')).as<Agent>().status, 'online');
    await socket.close();

    assert.ok(agent.token !== undefined);
    const query = { project_id: project.id };
    assert.equal(await upgradeStatus(server.url, '/ws/ada', { token: agent.token, query }), 101);
  });

  it('gets the same answer again as long as nobody has used the token', async () => {
    const { project, token } = await joining();
    const registered = await project.as(token).post('agents/register', { agent_id: 'ada', name: 'Ada' });
    assert.equal(registered.status, 201);
    const socket = await AgentSocket.open(server.url, '/ws/ada', { token, query: { project_id: project.id } });
    assert.notEqual((await socket.ok<Agent>('agent:register', {})).token, undefined);
  });

  it('cannot become an agent that exists: it is told so, and closed', async () => {
    const { project, connect } = await joining();
    const ada = await project.agent('ada');
    await ada.send({ to: 'ada', content: 'The token is used.' });
    const socket = await connect('ada');
    await socket.refused('agent:register', { name: 'Ada' }, 409, 'conflict');
    assert.equal(await socket.closeCode(), 4403);
  });

  it('can correct what was refused', async () => {
    const { connect } = await joining();
    const socket = await connect('ada');
    await socket.refused('agent:register', { colour: 'red' }, 400);
    await socket.refused('agent:register', { agent_id: 'bob' }, 400);
    await socket.refused('agent:register', { name: 'operator' }, 400);
    await socket.ok('agent:register', {});
    await socket.event('agent:welcome');
  });

  for (const [what, text] of Object.entries({
    'another frame': '{"event": "message:send", "id": "1", "data": {"to": "bob", "content": "x"}}',
    'two frames': '[{"event": "agent:register"}, {"event": "agent:heartbeat"}]',
    'no frame': 'hello',
    'an array of nothing': '[]',
  })) {
    it(`is closed after ${what}, and has registered nobody`, async () => {
      const { project, connect } = await joining();
      const socket = await connect('ada');
      socket.sendText(text);
      assert.equal(await socket.closeCode(), 4400);
      assert.equal((await project.admin.get('agents/ada')).status, 404);
    });
  }

  it('ends with its join token, and with a goodbye of its own', async () => {
    const { project, connect, id } = await joining();
    const [socket, leaving] = [await connect('ada'), await connect('bob')];
    await leaving.close();
    assert.equal((await project.admin.delete(`tokens/${id}`)).status, 204);
    assert.equal(await socket.closeCode(), 4401);
  });

  it('is refused before the upgrade for a name that no agent can have, for people, and on the relay', async () => {
    const { project, token } = await joining();
    const status = (path: string) => upgradeStatus(server.url, path, { token, query: { project_id: project.id } });
    assert.equal(await status('/ws/parley'), 400);
    assert.equal(await status('/ws/human'), 403);
    assert.equal(await status(`/ws/agent/messages/${project.id}`), 403);
    assert.equal(await status(`/ws/agent/messages/${project.id}?agent_id=ada`), 403);
  });
});

async function joining() {
  const project = await TestProject.create(server);
  const { token, token_id: id } = await project.token({ kind: 'join' });
  const connect = (agent: string) => AgentSocket.open(server.url, `/ws/${agent}`, { token, query: { project_id: project.id } });
  return { project, token, id, connect };
}
