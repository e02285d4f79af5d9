import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { contents, TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { Agent, Message, Page } from '../harness/wire.ts';

const server = await startServer();
const admin = server.rest(server.adminToken);

interface Project {
  project_id: string;
  name: string;
  created_at: string;
  settings: Record<string, number | boolean | null>;
}

const settings = {
  mailbox_limit: 10,
  message_ttl_seconds: 60,
  retry_delay_seconds: 1,
  max_attempts: 2,
  max_disconnects: 3,
  retention_days: 7,
  rate_limit_per_second: 50,
  rate_limit_burst: 100,
  priority_aging_seconds: 30,
  loop_limit: 20,
  reservations_ignore_case: true,
  summary_url: 'https://models.example.org/v1/chat/completions',
  summary_model: 'small',
  summary_key: null,
};

describe('A project', { concurrency: 4 }, () => {
  it('is created with its own settings', async () => {
    const id = `p-${randomUUID()}`;
    const project = (await admin.post('projects', { project_id: id, name: 'Mine', settings })).as<Project>(201);

    assertFields(project, ['project_id', 'name', 'created_at', 'settings', 'pause']);
    assert.match(project.created_at, time);
    assert.deepEqual([project.project_id, project.name, project.settings], [id, 'Mine', settings]);
    assert.deepEqual((await admin.get(`projects/${id}`)).as(200), project);
    const { items } = (await admin.get('projects', { limit: 500 })).as<Page<Project>>(200);
    assert.ok(items.some((one) => one.project_id === id));
  });

  it('named default exists from the start', async () => {
    assert.equal((await admin.get('projects/default')).as<Project>(200).project_id, 'default');
  });

  it('is named by callers without a project, and is otherwise the default', async () => {
    const project = await TestProject.create(server);
    const name = `here-${randomUUID()}`;
    await project.agent(name);
    (await admin.post('agents/register', { agent_id: `${name}-default`, name: 'x' })).succeeds();

    const agent = (await admin.get(`agents/${name}-default`, { project_id: 'default' })).as<Agent>(200);
    assert.equal(agent.project_id, 'default');
    (await admin.get(`agents/${name}`)).problem(404, 'not_found');
    (await admin.get('agents', { project_id: 'no-such-project' })).problem(404, 'not_found');
    assertNames((await admin.get('agents', { project_id: 'no such project' })).problem(400, 'invalid_request'), 'project_id');
  });

  it('is changed by PUT, at once', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', 'before');

    (await admin.put(`projects/${project.id}`, { name: 'Renamed', settings: { mailbox_limit: 1 } })).succeeds();

    const now = (await admin.get(`projects/${project.id}`)).as<Project>(200);
    assert.deepEqual([now.name, now.settings['mailbox_limit']], ['Renamed', 1]);
    (await ada.rest.post('messages', { to: 'bob', content: 'after' })).problem(429, 'mailbox_full');
  });

  it('that is deleted takes everything with it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    const id = await ada.tell('bob', 'gone');
    const observer = await project.observer();

    (await admin.delete(`projects/${project.id}`)).succeeds();

    (await admin.get(`projects/${project.id}`)).problem(404, 'not_found');
    (await ada.rest.get('agents')).problem(401, 'unauthorized');
    (await observer.get('agents')).problem(401, 'unauthorized');
    (await project.admin.get(`messages/${id}`)).problem(404, 'not_found');
    assert.ok([4401, 4404].includes(await socket.closeCode()));
    const again = await TestProject.create(server);
    (await again.admin.get(`messages/${id}`)).problem(404, 'not_found');
  });

  it('knows nothing of the others', async () => {
    const [one, two] = [await TestProject.create(server), await TestProject.create(server)];
    const [ada, bob] = await one.pair();
    const [otherAda, otherBob] = await two.pair();

    const here = await ada.send({ to: '*', content: 'here' });
    const there = await otherAda.send({ to: 'bob', content: 'there' });

    assert.equal(here.deliveries_total, 1);
    assert.deepEqual(contents(await bob.look()), ['here']);
    assert.deepEqual(contents(await otherBob.look()), ['there']);
    (await bob.rest.get(`messages/${there.message_id}`)).problem(404, 'not_found');
    (await bob.rest.post(`messages/${there.message_id}/ack`)).problem(404, 'not_found');
    (await one.admin.get(`messages/${there.message_id}`)).problem(404, 'not_found');
    const { items } = (await two.admin.get('messages')).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((message) => message.content),
      ['there'],
    );
  });

  it('is refused with the name of the invalid field', async () => {
    const id = `p-${randomUUID()}`;
    const cases: [Record<string, unknown>, string][] = [
      [{ project_id: 'a b', name: 'x' }, 'project_id'],
      [{ project_id: 'x'.repeat(65), name: 'x' }, 'project_id'],
      [{ project_id: '../x', name: 'x' }, 'project_id'],
      [{ project_id: id, name: 'x', bogus: 1 }, 'bogus'],
      [{ project_id: id, name: 'x', settings: { bogus: 1 } }, 'bogus'],
      ...Object.keys(settings).flatMap((name): [Record<string, unknown>, string][] => [
        [{ project_id: id, name: 'x', settings: { [name]: -1 } }, name],
        ...(name.startsWith('summary_')
          ? []
          : [[{ project_id: id, name: 'x', settings: { [name]: 'many' } }, name] as [Record<string, unknown>, string]]),
      ]),
      [{ project_id: id, name: 'x', settings: { summary_url: 'many', summary_model: 'x' } }, 'summary_url'],
      [{ project_id: id, name: 'x', settings: { summary_url: 'https://10.0.0.1/v1', summary_model: 'x' } }, 'summary_url'],
      [{ project_id: id, name: 'x', settings: { summary_url: 'https://models.example.org/v1' } }, 'summary_model'],
    ];
    for (const [body, field] of cases) assertNames((await admin.post('projects', body)).problem(400, 'invalid_request'), field);
    (await admin.get(`projects/${id}`)).problem(404, 'not_found');
  });

  it('is created once', async () => {
    const project = await TestProject.create(server);
    (await admin.post('projects', { project_id: project.id, name: 'Again' })).problem(409, 'conflict');
  });
});

describe('The statistics of a project', { concurrency: 4 }, () => {
  it('count what happened', async () => {
    const project = await TestProject.create(server, { max_attempts: 1, retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    for (const content of ['1', '2', '3', '4']) await ada.tell('bob', content);
    const [first, second] = await bob.claim({ max: 3 });
    (await bob.rest.post(`messages/${first!.message.message_id}/ack`)).isEmpty();
    (await bob.rest.post(`messages/${second!.message.message_id}/nack`, { lease_id: second!.lease_id })).succeeds();

    await eventually(
      'the notice of the dead letter',
      () => ada.look(),
      (items) => items.length === 1,
    );

    const stats = (await project.admin.get('stats')).as<Record<string, Record<string, number>>>(200);

    assertFields(stats, ['messages', 'latency_ms', 'mailboxes', 'agents', 'connections', 'uptime_seconds', 'availability', 'version']);
    assertFields(stats['messages']!, ['sent', 'delivered', 'acknowledged', 'dead', 'expired', 'per_second']);
    assertFields(stats['latency_ms']!, ['p50', 'p95', 'p99']);
    const { sent, acknowledged, dead, expired } = stats['messages']!;
    assert.deepEqual([acknowledged, dead, expired], [1, 1, 0]);
    assert.ok(sent === 4 || sent === 5, 'with the notice of the dead letter or without');
    // The notice waits for its sender, and one for bob.
    assert.deepEqual(stats['mailboxes'], { queued: 2, in_flight: 1 });
    assertFields(stats['agents']!, ['total', 'online', 'busy']);
    assert.equal(stats['agents']?.['total'], 2);
  });

  it('know the version and whether the server is there, for everybody', async () => {
    const anyone = server.rest(null);
    for (const path of ['/health', '/health/live', '/health/ready']) (await anyone.get(path)).succeeds(200);
    const health = (await anyone.get('/health')).as<{ status: string; version: string }>(200);
    assert.equal(health.status, 'ok');
    assert.match(health.version, /^\d+\.\d+/);
  });
});
