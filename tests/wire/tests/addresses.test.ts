import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject, type TestAgent } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { InboxItem, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

/** Sends to an address and answers who got it. */
async function reached(sender: TestAgent, to: string | string[]): Promise<string[]> {
  const { deliveries } = await sender.send({ to, content: 'x' });
  return deliveries.map((one) => one.agent_id).sort();
}

/** A project of five, of whom ada sends. */
async function team() {
  const project = await TestProject.create(server);
  const ada = await project.agent('ada', { role: 'tech_lead', capabilities: ['review'] });
  const bob = await project.agent('bob', { role: 'tester', capabilities: ['review'] });
  const eve = await project.agent('eve', { role: 'tester', type: 'script' });
  const kim = await project.agent('kim', { role: 'writer', capabilities: ['prose'] });
  (
    await project.admin.post('squads', {
      squad_id: 'alpha',
      name: 'Alpha',
      members: ['ada', 'bob', 'kim'].map((agent_id) => ({ agent_id })),
    })
  ).succeeds();
  return { project, ada, bob, eve, kim };
}

describe('An address', { concurrency: 4 }, () => {
  it('reaches the agents it names, and never its sender', async () => {
    const { ada, bob } = await team();
    const cases: [string | string[], string[]][] = [
      ['bob', ['bob']],
      ['*', ['bob', 'eve', 'kim']],
      ['squad:alpha', ['bob', 'kim']],
      ['role:tester', ['bob', 'eve']],
      ['role:nobody', []],
      ['topic:nobody.hears', []],
      [
        ['bob', 'kim'],
        ['bob', 'kim'],
      ],
      [
        ['bob', 'role:tester', 'squad:alpha', 'bob'],
        ['bob', 'eve', 'kim'],
      ],
    ];
    for (const [to, expected] of cases) {
      const preview = (await ada.rest.post('messages/preview', { to, content: 'x' })).as<{ deliveries: { agent_id: string }[] }>(200);
      assert.deepEqual(preview.deliveries.map((one) => one.agent_id).sort(), expected, `a preview of ${JSON.stringify(to)}`);
      assert.deepEqual(await reached(ada, to), expected, JSON.stringify(to));
    }
    assert.deepEqual(await reached(bob, 'role:tester'), ['eve']);
  });

  it('is in the message as given, with recipient_id if there is only one recipient', async () => {
    const { project, ada } = await team();
    const message = async (to: string | string[]) => (await project.trace((await ada.send({ to, content: 'x' })).message_id)).message;

    for (const [to, kept] of [
      ['bob', 'bob'],
      [['bob'], 'bob'],
      [
        ['bob', 'kim'],
        ['bob', 'kim'],
      ],
      ['*', '*'],
      ['squad:alpha', 'squad:alpha'],
    ] as [string | string[], string | string[]][])
      assert.deepEqual((await message(to)).to, kept);
    assert.equal((await message('bob')).recipient_role, 'tester');
    const group = await message('*');
    assert.deepEqual(
      [group.recipient_id, group.recipient_name, group.recipient_role, group.recipient_specialization],
      [null, null, null, null],
    );
  });

  it('that does not exist refuses the whole send', async () => {
    const { project, ada, bob } = await team();
    for (const to of ['nobody', ['bob', 'nobody'], 'squad:nobody', ['bob', 'squad:nobody']])
      (await ada.rest.post('messages', { to, content: 'x' })).problem(404, 'unknown_recipient');
    for (const to of ['capability:juggling', ['bob', 'capability:juggling']])
      (await ada.rest.post('messages', { to, content: 'x' })).problem(404, 'no_capable_agent');
    assert.deepEqual(await bob.look(), []);
    assert.deepEqual((await project.admin.get('messages')).as<{ items: unknown[] }>().items, []);
  });

  it('that is not valid is refused', async () => {
    const { ada } = await team();
    for (const to of [
      '',
      'squad:',
      'role:',
      'capability:',
      'topic:',
      'planet:mars',
      'a b',
      'bob\u0000',
      'topic:a\nrule: x',
      'role:a\tb',
      'x'.repeat(2_000),
    ]) {
      const answer = await ada.rest.post('messages', { to, content: 'x' });
      assert.ok(answer.status === 400 || answer.status === 404, `${JSON.stringify(to)}: ${answer}`);
      answer.problem(answer.status);
    }
  });
});

describe('capability:', { concurrency: 4 }, () => {
  it('chooses the least loaded agent that is online', async () => {
    const { ada, bob, eve, kim } = await team();
    for (const agent of [bob, eve, kim]) (await agent.rest.put(`agents/${agent.id}`, { capabilities: ['build'] })).succeeds();
    for (const agent of [bob, eve]) (await agent.rest.post(`agents/${agent.id}/heartbeat`)).succeeds();
    await ada.tell('bob', 'work');

    assert.deepEqual(await reached(ada, 'capability:build'), ['eve']);
    assert.deepEqual(new Set([await one(ada), await one(ada)]), new Set(['bob', 'eve']));

    async function one(sender: TestAgent) {
      return (await reached(sender, 'capability:build')).join();
    }
  });

  it('chooses among all registered agents if none is online', async () => {
    const { ada } = await team();
    assert.deepEqual(await reached(ada, 'capability:prose'), ['kim']);
  });

  it('skips paused agents', async () => {
    const { project, ada, bob, kim } = await team();
    for (const agent of [bob, kim]) {
      (await agent.rest.put(`agents/${agent.id}`, { capabilities: ['build'] })).succeeds();
      (await agent.rest.post(`agents/${agent.id}/heartbeat`)).succeeds();
    }
    (await project.admin.post('agents/bob/pause')).succeeds();

    assert.deepEqual(await reached(ada, 'capability:build'), ['kim']);
    assert.deepEqual(await reached(ada, 'capability:build'), ['kim']);
  });

  it('moves to another capable agent if its agent refuses', async () => {
    const { project, ada, bob, kim } = await team();
    for (const agent of [bob, kim]) {
      (await agent.rest.put(`agents/${agent.id}`, { capabilities: ['build'] })).succeeds();
      (await agent.rest.post(`agents/${agent.id}/heartbeat`)).succeeds();
    }
    const { message_id: id, deliveries } = await ada.send({ to: 'capability:build', content: 'x' });
    const [first, second] = deliveries[0]?.agent_id === 'bob' ? [bob, kim] : [kim, bob];
    const { lease_id } = await first.claimOne();

    (await first.rest.post(`messages/${id}/nack`, { lease_id })).succeeds();

    assert.equal((await second.claimOne()).message.message_id, id);
    assert.deepEqual(await first.look(), []);
    assert.equal((await project.trace(id)).message.recipient_id, first.id, 'the message names the first choice');
  });
});

describe('topic:', { concurrency: 4 }, () => {
  it('reaches all subscribers, word by word', async () => {
    const { ada, bob, eve, kim } = await team();
    const subscribe = async (agent: TestAgent, ...topics: string[]) =>
      (await agent.rest.put(`agents/${agent.id}/subscriptions`, { topics })).succeeds();
    await subscribe(bob, 'builds.failed');
    await subscribe(eve, 'builds.*', 'builds.failed');
    await subscribe(kim, 'builds.>');

    assert.deepEqual(await reached(ada, 'topic:builds.failed'), ['bob', 'eve', 'kim']);
    assert.deepEqual(await reached(ada, 'topic:builds.passed'), ['eve', 'kim']);
    assert.deepEqual(await reached(ada, 'topic:builds.failed.twice'), ['kim']);
    assert.deepEqual(await reached(ada, 'topic:deploys'), []);
  });
});

describe('human', { concurrency: 4 }, () => {
  it('is the inbox of the operators', async () => {
    const { project, ada } = await team();
    const olga = await project.operator();

    const sent = await ada.send({ to: 'human', content: 'help', message_type: 'human_intervention_required' });
    assert.equal(sent.deliveries_total, 1);

    const claim = (await olga.rest.post('agents/human/claim', { wait: 60 })).as<{
      items: { message: { content: string }; lease_id: string }[];
    }>(200);
    assert.deepEqual(
      claim.items.map((one) => one.message.content),
      ['help'],
    );
    (await olga.rest.post(`messages/${sent.message_id}/ack`, { lease_id: claim.items[0]?.lease_id })).isEmpty();
    assert.deepEqual((await olga.rest.get('agents/human/inbox')).as(200), { items: [] });
  });

  it('cannot be read by agents', async () => {
    const { ada } = await team();
    (await ada.rest.get('agents/human/inbox')).problem(403, 'forbidden');
    (await ada.rest.post('agents/human/claim', {})).problem(403, 'forbidden');
  });

  it('is not part of *', async () => {
    const { project, ada } = await team();
    const olga = await project.operator();
    await ada.send({ to: '*', content: 'to all' });
    assert.deepEqual((await olga.rest.get('agents/human/inbox')).as(200), { items: [] });
  });
});

describe('A broadcast', { concurrency: 4 }, () => {
  it('goes to everyone else', async () => {
    const { ada, bob, eve, kim } = await team();

    const sent = (await ada.rest.post('broadcast', { content: 'to all', message_type: 'standup' })).as<SendAnswer>(201);

    assert.equal(sent.deliveries_total, 3);
    for (const agent of [bob, eve, kim]) assert.deepEqual(contents(await agent.look()), ['to all']);
    assert.deepEqual(await ada.look(), []);
  });

  it('can be narrowed by filters, which the message records', async () => {
    const { project, ada, bob } = await team();
    (await bob.rest.post('agents/bob/heartbeat')).succeeds();
    const cases: [Record<string, string>, string[]][] = [
      [{ capability: 'review' }, ['bob']],
      [{ role: 'tester' }, ['bob', 'eve']],
      [{ type: 'script' }, ['eve']],
      [{ squad: 'alpha' }, ['bob', 'kim']],
      [{ status: 'online' }, ['bob']],
      [{ role: 'tester', squad: 'alpha' }, ['bob']],
      [{ role: 'tester', capability: 'prose' }, []],
    ];
    for (const [narrowing, expected] of cases) {
      const sent = (await ada.rest.post('broadcast', { content: 'x', ...narrowing })).as<SendAnswer>(201);
      assert.deepEqual(sent.deliveries.map((one) => one.agent_id).sort(), expected, JSON.stringify(narrowing));
      const { message } = await project.trace(sent.message_id);
      assert.equal(message.to, '*');
      const said = Object.fromEntries(Object.entries(message.narrowed ?? {}).filter(([, value]) => value !== null));
      assert.deepEqual(said, narrowing);
    }
  });

  it('takes no recipients', async () => {
    const { ada } = await team();
    assertNames((await ada.rest.post('broadcast', { to: 'bob', content: 'x' })).problem(400, 'invalid_request'), 'to');
    assertNames((await ada.rest.post('broadcast', { content: 'x', color: 'red' })).problem(400, 'invalid_request'), 'color');
  });

  it('of more than 100 lists the first 100 and counts all', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    for (let n = 0; n < 105; n++) (await project.admin.post('agents/register', { agent_id: `a${n}`, name: `a${n}` })).succeeds();

    const sent = await ada.send({ to: '*', content: 'x' });

    assert.deepEqual([sent.deliveries.length, sent.deliveries_total], [100, 105]);
  });
});

describe('A message of type human_intervention_required', { concurrency: 4 }, () => {
  const message_type = 'human_intervention_required';
  const inbox = async (project: TestProject, agent: string): Promise<(string | null)[]> =>
    (await project.admin.get(`agents/${agent}/inbox`)).as<{ items: InboxItem[] }>(200).items.map((item) => item.message.content);

  it("reaches the operators' inbox wherever it is sent, and once", async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();

    await ada.send({ to: 'bob', content: 'to one', message_type });
    await ada.send({ to: ['bob', 'human'], content: 'to both', message_type });
    await ada.send({ to: '*', content: 'to all', message_type });
    await ada.send({ to: 'human', content: 'to people', message_type });
    await ada.send({ to: 'bob', content: 'nothing for people' });

    assert.deepEqual(await inbox(project, 'human'), ['to one', 'to both', 'to all', 'to people']);
    assert.deepEqual(await inbox(project, 'bob'), ['to one', 'to both', 'to all', 'nothing for people']);
  });

  it('can also be a reply, which goes to the sender of the message it answers', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const asked = await ada.tell('bob', 'delete the table');

    await bob.send({ reply_to: asked, content: 'a person must decide', message_type });

    assert.deepEqual(await inbox(project, 'human'), ['a person must decide']);
    assert.deepEqual(await inbox(project, 'ada'), ['a person must decide']);
  });
});
