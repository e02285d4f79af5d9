import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import type { SendAnswer, Trace } from '../harness/wire.ts';

const server = await startServer();

interface Rules {
  rules: { name: string }[];
  version: number;
}

interface Explanation {
  to: string | string[];
  recipients: string[];
  rules: { name: string; matches: boolean; reason: string }[];
  problem: { code: string } | null;
}

const database = {
  name: 'database',
  when: { types: ['question'], words: ['postgres'] },
  to: 'capability:dba',
  priority: 3,
  metadata: { team: 'data' },
};
const question = { to: 'bob', message_type: 'question', content: 'Is Postgres down?' };

async function fleet(): Promise<{ project: TestProject; dan: TestAgent }> {
  const project = await TestProject.create(server);
  return { project, dan: await project.agent('dan', { capabilities: ['dba'] }) };
}

describe('Routing rules', { concurrency: 4 }, () => {
  it('send messages elsewhere over REST, in a batch, and by frame, and the trace names them', async () => {
    const { project } = await fleet();
    const [ada] = await project.pair();
    (await project.admin.put('routing/rules', { rules: [database] })).succeeds(200);

    const sent = await ada.send(question);
    const batch = (await ada.rest.post('messages/batch', { items: [question, { to: 'bob', content: 'hi' }] })).as<{
      items: SendAnswer[];
    }>();
    const socket = await ada.connect();
    const framed = await socket.ok<SendAnswer>('message:send', question);
    await socket.close();

    const goesTo = (answer: SendAnswer) => answer.deliveries.map((delivery) => delivery.agent_id);
    assert.deepEqual([sent, ...batch.items].map(goesTo), [['dan'], ['dan'], ['bob']]);
    assert.deepEqual(goesTo(framed), ['dan']);
    const trace = (await project.trace(sent.message_id)) as Trace & { rules: string[] };
    assert.deepEqual(trace.rules, ['database']);
    assert.deepEqual([trace.message.priority, trace.message.metadata], [3, { team: 'data' }]);
  });

  it('send a request to somebody else, whose reply the asker gets', async () => {
    const { project, dan } = await fleet();
    const [ada] = await project.pair();
    (await project.admin.put('routing/rules', { rules: [{ name: 'all', to: 'capability:dba' }] })).succeeds(200);

    const asked = ada.rest.post('requests', { ...question, timeout_seconds: 60 });
    const { message } = await dan.claimOne({ max: 1 });
    await dan.send({ reply_to: message.message_id, content: 'It is up.', outcome: 'success' });

    const answer = (await asked).as<{ status: string; reply: { sender_id: string; content: string } }>(200);
    assert.deepEqual([answer.status, answer.reply.sender_id, answer.reply.content], ['success', 'dan', 'It is up.']);
  });

  it('are read and replaced as a whole, by admins only', async () => {
    const { project } = await fleet();
    const ada = await project.agent('ada');
    const first = await project.admin.put('routing/rules', { rules: [database] });
    const { version } = first.as<Rules>(200);
    assert.equal(first.headers.get('etag'), `"${version}"`);
    assert.deepEqual((await project.admin.get('routing/rules')).as<Rules>(200), first.as<Rules>());
    (await ada.rest.get('routing/rules')).problem(403);
    (await (await project.operator()).rest.put('routing/rules', { rules: [] })).problem(403);

    const all = { rules: [{ name: 'x' }, { name: 'y', priority: 3, when: { pattern: '(a)\\1' } }] };
    const refused = (await project.admin.put('routing/rules', all)).problem(400);
    assert.deepEqual(Object.keys(refused.errors ?? {}).sort(), ['rules[0]', 'rules[1].when.pattern']);
    const empty = (await project.admin.put('routing/rules', { rules: [] })).as<Rules>(200);
    assert.ok(empty.version > version);
    const stale = { headers: { 'If-Match': `"${version}"` } };
    (await project.admin.call('PUT', 'routing/rules', { rules: [database] }, stale)).problem(412, 'version_mismatch');
  });

  it('are explained without a message being sent', async () => {
    const { project } = await fleet();
    await project.pair();
    (await project.admin.put('routing/rules', { rules: [database] })).succeeds(200);

    const observer = await project.observer();
    const moved = (await observer.post('routing/explain', { ...question, sender_id: 'ada' })).as<Explanation>(200);
    const kept = (await observer.post('routing/explain', { ...question, content: 'Is it down?' })).as<Explanation>(200);
    const nobody = (await observer.post('routing/explain', { to: 'zed', content: 'x' })).as<Explanation>(200);

    assert.deepEqual([moved.to, moved.recipients, moved.rules[0]?.matches], ['capability:dba', ['dan'], true]);
    assert.deepEqual([kept.recipients, kept.rules[0]?.reason], [['bob'], "its content has none of the rule's words"]);
    assert.equal(nobody.problem?.code, 'unknown_recipient');
    assert.deepEqual((await project.admin.get('messages')).as<{ items: unknown[] }>(200).items, []);
  });
});
