import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertAgent, time } from '../harness/shapes.ts';
import type { Agent, Page } from '../harness/wire.ts';

const server = await startServer();

describe('An agent', { concurrency: 4 }, () => {
  it('gets a complete answer with its token when it registers', async () => {
    const project = await TestProject.create(server);
    const answer = await project.admin.post('agents/register', {
      agent_id: 'be-1',
      name: 'Backend Developer',
      type: 'llm',
      role: 'backend_developer',
      specialization: 'python_fastapi',
      capabilities: ['review', 'python'],
      metadata: { tier: 'gold' },
    });

    const agent = answer.as<Agent>();
    assertAgent(agent);
    const { token, created_at: createdAt, activity_since: _, ...rest } = agent;
    assert.ok(token !== undefined && token.length >= 32);
    assert.ok(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000);
    assert.deepEqual(rest, {
      agent_id: 'be-1',
      project_id: project.id,
      name: 'Backend Developer',
      type: 'llm',
      role: 'backend_developer',
      specialization: 'python_fastapi',
      capabilities: ['review', 'python'],
      status: 'offline',
      activity: 'unknown',
      paused: false,
      pause: null,
      metadata: { tier: 'gold' },
      last_seen: null,
      note: null,
      note_at: null,
      harness: null,
      wake: null,
      stalled: null,
      mailbox: { queued: 0, in_flight: 0, dead: 0, oldest_at: null },
    });
  });

  it('needs only a name, from which its id is derived', async () => {
    const project = await TestProject.create(server);
    const agent = (await project.admin.post('agents/register', { name: 'Back End: Größe 1' })).as<Agent>();

    assert.match(agent.agent_id, /^[A-Za-z0-9._-]{1,255}$/);
    assert.equal(agent.name, 'Back End: Größe 1');
    assert.deepEqual((await project.admin.get(`agents/${agent.agent_id}`)).as<Agent>(200).name, agent.name);
  });

  it('may have an id of 255 characters, with only the allowed ones', async () => {
    const project = await TestProject.create(server);
    const longest = `${'A-z0.9_'.repeat(36)}abc`;
    assert.equal(longest.length, 255);
    await project.agent(longest, { name: 'x' });

    for (const id of ['', `${longest}d`, 'a b', 'a/b', 'ä', 'a\u0000', 'a:b', '*', '../x', 'human', 'online', 'register'])
      assertNames((await project.admin.post('agents/register', { agent_id: id, name: 'x' })).problem(400, 'invalid_request'), 'agent_id');
  });

  it('gets its token only the first time, and keeps fields that a later registration leaves out', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada', { role: 'tech_lead', capabilities: ['review'], metadata: { team: 1 } });
    (await ada.rest.post('agents/ada/heartbeat')).succeeds();

    const again = (await ada.rest.post('agents/register', { agent_id: 'ada', specialization: 'rust' })).as<Agent>();

    assert.equal(again.token, undefined);
    assert.equal(again.name, 'ada');
    assert.deepEqual(
      [again.role, again.specialization, again.capabilities, again.metadata],
      ['tech_lead', 'rust', ['review'], { team: 1 }],
    );
  });

  it('is changed by PUT', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada', { role: 'tech_lead' });

    (await ada.rest.put('agents/ada', { name: 'Ada', capabilities: ['math'] })).succeeds();

    const agent = (await ada.rest.get('agents/ada')).as<Agent>(200);
    assertAgent(agent);
    assert.equal(agent.token, undefined);
    assert.deepEqual([agent.name, agent.capabilities, agent.role], ['Ada', ['math'], 'tech_lead']);
  });

  it('has a status and an activity with known values', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    (await ada.rest.put('agents/ada/status', { status: 'busy', activity: 'blocked_on_human' })).succeeds();

    const agent = (await ada.rest.get('agents/ada')).as<Agent>(200);
    assert.deepEqual([agent.status, agent.activity], ['busy', 'blocked_on_human']);
    assert.match(agent.activity_since ?? '', time);
    assertNames((await ada.rest.put('agents/ada/status', { status: 'asleep' })).problem(400, 'invalid_request'), 'status');
    assertNames((await ada.rest.put('agents/ada/status', { activity: 7 })).problem(400, 'invalid_request'), 'activity');
  });

  it('is online after a heartbeat', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    assert.equal((await ada.rest.get('agents/ada')).as<Agent>().status, 'offline');

    (await ada.rest.post('agents/ada/heartbeat')).succeeds();

    const agent = (await ada.rest.get('agents/ada')).as<Agent>();
    assert.equal(agent.status, 'online');
    assert.match(agent.last_seen ?? '', time);
    const { items } = (await ada.rest.get('agents/online')).as<Page<Agent>>(200);
    assert.deepEqual(
      items.map((one) => one.agent_id),
      ['ada'],
    );
  });

  it('is online while it is connected, and offline afterward', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const status = async () => (await bob.rest.get('agents/ada')).as<Agent>().status;

    const socket = await ada.connect();
    assert.equal(await status(), 'online');
    await socket.close();

    await eventually('ada to be offline', status, (now) => now === 'offline');
  });

  it('shows the counts of its mailbox', async () => {
    const project = await TestProject.create(server, { max_attempts: 1, retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    for (const content of ['1', '2', '3', '4']) await ada.tell('bob', content);
    const [first] = await bob.claim({ max: 2 });

    const counts = async () => {
      const { oldest_at, ...mailbox } = (await ada.rest.get('agents/bob')).as<Agent>().mailbox;
      assert.ok(oldest_at! <= new Date().toISOString());
      return mailbox;
    };
    assert.deepEqual(await counts(), { queued: 2, in_flight: 2, dead: 0 });
    (await bob.rest.post(`messages/${first!.message.message_id}/nack`, { lease_id: first!.lease_id })).succeeds();
    assert.deepEqual(await counts(), { queued: 2, in_flight: 1, dead: 1 });
  });

  it('that is paused gets nothing until it is resumed', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    (await project.admin.post('agents/bob/pause')).succeeds();
    await ada.tell('bob', 'later');
    assert.equal((await ada.rest.get('agents/bob')).as<Agent>().paused, true);
    assert.deepEqual(await bob.claim(), []);

    const waiting = bob.claimOne();
    (await project.admin.post('agents/bob/resume')).succeeds();
    assert.equal((await waiting).message.content, 'later');
    assert.equal((await ada.rest.get('agents/bob')).as<Agent>().paused, false);
  });

  it('gets a new token, and the old one stops working', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    const { token } = (await ada.rest.post('agents/ada/token')).as<{ token: string }>();

    assert.notEqual(token, ada.token);
    (await ada.rest.get('agents/ada')).problem(401, 'unauthorized');
    (await project.as(token).get('agents/ada')).as<Agent>(200);
  });

  it('that is deleted leaves only the messages it sent', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const sent = await ada.tell('bob', 'from ada');
    const waiting = await bob.tell('ada', 'to ada');

    (await project.admin.delete('agents/ada')).succeeds();

    (await project.admin.get('agents/ada')).problem(404, 'not_found');
    (await ada.rest.get('agents/bob')).problem(401, 'unauthorized');
    assert.equal((await project.delivery(waiting)).state, 'withdrawn');
    assert.deepEqual(contents(await bob.look()), ['from ada']);
    (await bob.rest.get(`messages/${sent}`)).as(200);
    (await bob.rest.post('messages', { to: 'ada', content: 'x' })).problem(404, 'unknown_recipient');
  });

  it('that does not exist is not found', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');

    for (const path of ['agents/nobody', 'agents/nobody/inbox']) (await project.admin.get(path)).problem(404, 'not_found');
    (await ada.rest.get('agents/nobody')).problem(404, 'not_found');
    (await project.admin.post('agents/nobody/claim', {})).problem(404, 'not_found');
    (await project.admin.post('agents/nobody/heartbeat')).problem(404, 'not_found');
    (await project.admin.delete('agents/nobody')).problem(404, 'not_found');
  });
});

describe('The list of agents', { concurrency: 4 }, () => {
  it('is narrowed by each of its filters', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada', {
      name: 'Ada Lovelace',
      role: 'tech_lead',
      capabilities: ['review', 'math'],
      metadata: { team: 'blue' },
    });
    await project.agent('bob', { type: 'script', role: 'tester', capabilities: ['review'], metadata: { team: 'red' } });
    await project.agent('eve', { type: 'bot', role: 'tester' });
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'eve' }] })).succeeds();
    (await ada.rest.put('agents/ada/status', { status: 'busy', activity: 'working' })).succeeds();

    const cases: [Record<string, string | string[]>, string[]][] = [
      [{}, ['ada', 'bob', 'eve']],
      [{ status: 'busy' }, ['ada']],
      [{ status: 'active' }, ['ada']],
      [{ status: 'offline' }, ['bob', 'eve']],
      [{ activity: 'working' }, ['ada']],
      [{ type: 'script' }, ['bob']],
      [{ role: 'tester' }, ['bob', 'eve']],
      [{ squad: 'alpha' }, ['eve']],
      [{ q: 'lovelace' }, ['ada']],
      [{ 'metadata.team': 'red' }, ['bob']],
      [{ capability: 'review' }, ['ada', 'bob']],
      [{ capability: ['review', 'math'] }, ['ada']],
      [{ capability: ['review', 'nobody has this'] }, []],
      [{ role: 'tester', type: 'bot' }, ['eve']],
    ];
    for (const [query, expected] of cases) {
      const { items, next } = (await ada.rest.get('agents', query)).as<Page<Agent>>(200);
      assert.deepEqual(items.map((one) => one.agent_id).sort(), expected, JSON.stringify(query));
      assert.equal(next, null);
      items.forEach(assertAgent);
    }
  });

  it('comes in pages, newest first, each agent once', async () => {
    const project = await TestProject.create(server);
    for (const id of ['a1', 'a2', 'a3', 'a4', 'a5']) await project.agent(id);

    const seen: string[][] = [];
    let after: string | null = null;
    do {
      const page: Page<Agent> = (await project.admin.get('agents', { limit: 2, ...(after === null ? {} : { after }) })).as<Page<Agent>>(
        200,
      );
      seen.push(page.items.map((one) => one.agent_id));
      after = page.next;
    } while (after !== null && seen.length < 10);

    assert.deepEqual(seen.flat(), ['a5', 'a4', 'a3', 'a2', 'a1']);
    assert.deepEqual(seen[0], ['a5', 'a4']);
  });

  it('refuses a limit out of range, and a place that it did not return', async () => {
    const project = await TestProject.create(server);
    for (const limit of ['0', '501', '-1', 'ten', '1e9', '99999999999999999999'])
      assertNames((await project.admin.get('agents', { limit })).problem(400, 'invalid_request'), 'limit');
    (await project.admin.get('agents', { limit: 500 })).as(200);
    assertNames((await project.admin.get('agents', { after: '\u0001?' })).problem(400, 'invalid_request'), 'after');
  });

  it('is the same under /api', async () => {
    const project = await TestProject.create(server);
    await project.agent('ada');
    const list = async (path: string) => (await project.admin.get(path)).as<Page<Agent>>(200);
    assert.deepEqual(await list('/api/agents'), await list('/api/v1/agents'));
  });
});

describe('The topics of an agent', { concurrency: 4 }, () => {
  it('are those that were set last', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    assert.deepEqual((await ada.rest.get('agents/ada/subscriptions')).as(200), { topics: [] });

    (await ada.rest.put('agents/ada/subscriptions', { topics: ['builds.*', 'deploys.>'] })).succeeds();

    assert.deepEqual((await ada.rest.get('agents/ada/subscriptions')).as(200), { topics: ['builds.*', 'deploys.>'] });
  });

  it('must be topics', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (const topics of ['builds', [7], [''], ['a b'], ['a..b'], ['a.>.b'], [null]])
      (await ada.rest.put('agents/ada/subscriptions', { topics })).problem(400, 'invalid_request');
  });
});
