import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames, type Answer } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time } from '../harness/shapes.ts';
import { EventStream } from '../harness/stream.ts';
import type { Change, Page, Squad } from '../harness/wire.ts';

const server = await startServer();

describe('A squad', { concurrency: 4 }, () => {
  it('is a name, and agents with their roles', async () => {
    const project = await TestProject.create(server);
    await project.agent('ada', { role: 'tech_lead', specialization: 'rust' });
    await project.agent('bob', { role: 'tester' });

    const members = [{ agent_id: 'ada' }, { agent_id: 'bob', role: 'backend_developer', specialization: 'python_fastapi' }];
    const squad = (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members })).as<Squad>(201);

    assertFields(squad, ['squad_id', 'name', 'members', 'created_at', 'pause']);
    assert.match(squad.created_at, time);
    assert.deepEqual([squad.squad_id, squad.name], ['alpha', 'Alpha']);
    assert.deepEqual(squad.members, [
      { agent_id: 'ada', role: 'tech_lead', specialization: 'rust' },
      { agent_id: 'bob', role: 'backend_developer', specialization: 'python_fastapi' },
    ]);
    assert.deepEqual((await project.admin.get('squads/alpha')).as(200), squad);
    assert.deepEqual((await project.admin.get('squads')).as<Page<Squad>>(200).items, [squad]);
  });

  it('gains and loses members', async () => {
    const project = await TestProject.create(server);
    await project.pair();
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha' })).succeeds();
    const members = async () => (await project.admin.get('squads/alpha')).as<Squad>(200).members;

    (await project.admin.put('squads/alpha/members/ada', { role: 'tech_lead' })).succeeds();
    (await project.admin.put('squads/alpha/members/bob')).succeeds();
    (await project.admin.put('squads/alpha/members/bob')).succeeds();
    assert.deepEqual(
      (await members()).map((one) => [one.agent_id, one.role]),
      [
        ['ada', 'tech_lead'],
        ['bob', null],
      ],
    );

    (await project.admin.delete('squads/alpha/members/ada')).succeeds();
    assert.deepEqual(
      (await members()).map((one) => one.agent_id),
      ['bob'],
    );
    (await project.admin.put('squads/alpha/members/nobody')).problem(404);
  });

  it('is renamed by PUT and gone after DELETE', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'bob' }] })).succeeds();

    (await project.admin.put('squads/alpha', { name: 'Beta' })).succeeds();
    assert.equal((await project.admin.get('squads/alpha')).as<Squad>(200).name, 'Beta');

    (await project.admin.delete('squads/alpha')).succeeds();
    (await project.admin.get('squads/alpha')).problem(404, 'not_found');
    (await ada.rest.post('messages', { to: 'squad:alpha', content: 'x' })).problem(404, 'unknown_recipient');
  });

  it('has an id made from its name, which nobody else has', async () => {
    const project = await TestProject.create(server);
    const squad = (await project.admin.post('squads', { name: 'The A Team' })).as<Squad>();
    assert.match(squad.squad_id, /^[A-Za-z0-9._-]{1,64}$/);
    (await project.admin.post('squads', { squad_id: squad.squad_id, name: 'Again' })).problem(409);
  });

  it('is refused with the name of the invalid field', async () => {
    const project = await TestProject.create(server);
    const cases: [Record<string, unknown>, string][] = [
      [{ name: '' }, 'name'],
      [{ name: 7 }, 'name'],
      [{ name: 'a\u0000' }, 'name'],
      [{ name: 'x', squad_id: 'a b' }, 'squad_id'],
      [{ name: 'x', squad_id: 'x'.repeat(65) }, 'squad_id'],
      [{ name: 'x', members: 'ada' }, 'members'],
      [{ name: 'x', color: 'red' }, 'color'],
    ];
    for (const [body, field] of cases) assertNames((await project.admin.post('squads', body)).problem(400, 'invalid_request'), field);
    (await project.admin.post('squads', { name: 'x', members: [{ agent_id: 'nobody' }] })).problem(404);
  });

  it('is changed and deleted only if it still has the version that was read', async () => {
    const { admin } = await TestProject.create(server);
    const tagOf = (answer: Answer) => ({ headers: { 'if-match': answer.headers.get('etag')! } });
    const first = tagOf(await admin.post('squads', { squad_id: 'alpha', name: 'Alpha' }));
    assert.deepEqual(tagOf(await admin.get('squads/alpha')), first);

    const second = tagOf(await admin.put('squads/alpha', { name: 'Beta' }, first));
    (await admin.put('squads/alpha', { name: 'Gamma' }, first)).problem(412, 'version_mismatch');
    (await admin.delete('squads/alpha', first)).problem(412, 'version_mismatch');
    assert.equal((await admin.get('squads/alpha')).as<Squad>(200).name, 'Beta');
    (await admin.delete('squads/alpha', second)).isEmpty();
  });

  it('is told to feeds and streams as it was said: a role that is absent is the member’s own', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada', { role: 'tech_lead' });
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'ada' }] })).succeeds();
    const socket = await ada.connect();
    const stream = await EventStream.open(project.admin, `project/${project.id}`);
    await stream.connected();

    await socket.ok('subscribe', { feeds: { squads: {} }, snapshot: true });
    const [there] = (await socket.event<{ items: Squad[] }>('snapshot')).items;
    assertFields(there!, ['squad_id', 'name', 'members', 'created_at', 'pause']);
    assert.deepEqual([there!.squad_id, there!.members], ['alpha', [{ agent_id: 'ada', role: null, specialization: null }]]);
    (await project.admin.put('squads/alpha/members/ada', { role: 'reviewer' })).succeeds();
    (await project.admin.delete('squads/alpha')).isEmpty();

    const now = { ...there!, members: [{ agent_id: 'ada', role: 'reviewer', specialization: null }] };
    const changes = [await socket.event<Change<Squad>>('change'), await socket.event<Change<Squad>>('change')];
    assert.deepEqual(
      changes.map((change) => [change.op, change.item]),
      [
        ['put', now],
        ['delete', now],
      ],
    );
    assert.deepEqual((await stream.next<Squad>('squad')).data, now);
    assert.deepEqual((await stream.next<Squad>('squad_removed')).data, now);
  });

  it('loses no member where many are added at once', async () => {
    const project = await TestProject.create(server);
    const names = Array.from({ length: 20 }, (_, n) => `member-${n}`);
    await Promise.all(names.map((name) => project.agent(name)));
    (await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha' })).succeeds();

    await Promise.all(names.map(async (name) => (await project.admin.put(`squads/alpha/members/${name}`)).succeeds()));
    const members = (await project.admin.get('squads/alpha')).as<Squad>(200).members.map((one) => one.agent_id);
    assert.deepEqual(members.sort(), names.sort());
  });

  it('without a member that was deleted goes on', async () => {
    const project = await TestProject.create(server);
    await project.pair();
    (
      await project.admin.post('squads', { squad_id: 'alpha', name: 'Alpha', members: [{ agent_id: 'ada' }, { agent_id: 'bob' }] })
    ).succeeds();
    (await project.admin.delete('agents/ada')).succeeds();
    assert.deepEqual(
      (await project.admin.get('squads/alpha')).as<Squad>(200).members.map((one) => one.agent_id),
      ['bob'],
    );
  });
});
