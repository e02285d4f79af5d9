import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { closeAll } from '../harness/open.ts';
import { TestProject } from '../harness/project.ts';
import type { Answer, Rest } from '../harness/rest.ts';
import { Server, startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { InboxItem, Page } from '../harness/wire.ts';

const server = await startServer();
after(closeAll);

interface Hook {
  hook_id: string;
  name: string;
  to: string | string[];
  message_type: string;
  priority: number;
  thread: string | null;
  created_by: string | null;
  created_at: string;
  updated_at: string;
  version: number;
  path: string;
  secret?: string;
}

interface Receipt {
  message_id: string;
  duplicate: boolean;
}

const fields = ['hook_id', 'name', 'to', 'message_type', 'priority', 'thread', 'created_by', 'created_at', 'updated_at', 'version', 'path'];

const push = JSON.stringify({ ref: 'refs/heads/main', commits: [{ id: '0d1a26e6', message: 'Ünïcode 🦊' }] }, null, 2);

const hmac = (secret: string, text: string | Buffer) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;

/** The headers with which GitHub posts. */
const asGitHub = (secret: string, body: string, delivery: string) => ({
  'user-agent': 'GitHub-Hookshot/044aadd',
  'x-github-event': 'push',
  'x-github-delivery': delivery,
  'x-hub-signature-256': hmac(secret, body),
});

/** The headers of a delivery that is signed with its time. */
function signed(secret: string, body: string, at = Date.now()): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  return { 'x-parley-timestamp': `${seconds}`, 'x-parley-signature': hmac(secret, `${seconds}.${body}`) };
}

async function hookOf(project: TestProject, more: object = {}): Promise<Hook & { secret: string }> {
  const hook = (await project.admin.post('inbound', { name: 'GitHub', to: 'bob', ...more })).as<Hook>(201);
  return { ...hook, secret: hook.secret! };
}

/** Posts as the outside world does, which has no token. */
function deliver(to: Server, hook: Hook, body: string, headers: Record<string, string>): Promise<Answer> {
  const outside: Rest = to.rest(null);
  return outside.post(hook.path, undefined, { raw: body, headers });
}

describe('Inbound hooks', { concurrency: 4 }, () => {
  it('are made by those who run the project, listed and read by those who watch, and seen by no agent', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const operator = await project.operator();
    const made = (await operator.rest.post('inbound', { name: 'GitHub', to: ['ada', 'human'], priority: 3 })).as<Hook>(201);
    assertFields(made, [...fields, 'secret']);
    assert.match(made.hook_id, uuid7);
    assert.match(made.created_at, time);
    assert.match(made.secret!, /^[\w-]{43}$/);
    assert.deepEqual([made.to, made.message_type, made.priority, made.created_by], [['ada', 'human'], 'webhook', 3, 'olga']);

    const { secret: _, ...shown } = made;
    const observer = await project.observer();
    assert.deepEqual((await observer.get(`inbound/${made.hook_id}`)).as(200), shown);
    assert.deepEqual((await observer.get('inbound')).as<Page<Hook>>(200).items, [shown]);
    (await ada.rest.get('inbound')).problem(403);
    (await ada.rest.post('inbound', { name: 'Mine', to: 'ada' })).problem(403);

    const changed = (await project.admin.put(`inbound/${made.hook_id}`, { name: 'Hub', to: 'bob' })).as<Hook>(200);
    assertFields(changed, fields);
    assert.ok(changed.version > made.version);
    (await project.admin.delete(`inbound/${made.hook_id}`)).isEmpty();
    (await project.admin.get(`inbound/${made.hook_id}`)).problem(404);
  });

  it('make a message from outside of what GitHub posts, once a delivery', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();
    const hook = await hookOf(project);
    const headers = asGitHub(hook.secret, push, randomUUID());

    const first = (await deliver(server, hook, push, headers)).as<Receipt>(202);
    const again = (await deliver(server, hook, push, headers)).as<Receipt>(202);

    assert.deepEqual([first.duplicate, again], [false, { ...first, duplicate: true }]);
    const { items } = (await bob.rest.get('agents/bob/inbox')).as<{ items: InboxItem[] }>();
    assert.equal(items.length, 1);
    const { message } = items[0]!;
    assert.equal(message.message_id, first.message_id);
    assert.deepEqual(
      [message.authority, message.sender_id, message.sender_name, message.content, message.message_type],
      ['external', `inbound:${hook.hook_id}`, 'GitHub', 'GitHub: push', 'webhook'],
    );
    assert.deepEqual(message.payload, JSON.parse(push));
    assert.deepEqual(message.metadata, {
      hook_id: hook.hook_id,
      delivery_id: headers['x-github-delivery'],
      event: 'push',
      content_type: 'application/json',
    });
    // Nobody outside has a mailbox: who answers without an address, answers people.
    const reply = (await bob.rest.post('messages', { reply_to: message.message_id, content: 'Seen.' })).as<{
      deliveries: { agent_id: string }[];
    }>(201);
    assert.deepEqual(
      reply.deliveries.map((one) => one.agent_id),
      ['human'],
    );
  });

  it('take a text as it is, at either base path', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();
    const hook = await hookOf(project);
    const text = 'Build 88 failed.\n';
    const headers = { ...signed(hook.secret, text), 'content-type': 'text/plain' };
    (await deliver(server, { ...hook, path: hook.path.replace('/api/v1/', '/api/') }, text, headers)).as<Receipt>(202);
    const { message } = await bob.claimOne();
    assert.deepEqual([message.content, message.payload], [text, null]);
  });

  it('tell those who cannot sign nothing, and the same whether they are there or not', async () => {
    const project = await TestProject.create(server);
    const [, bob] = await project.pair();
    const hook = await hookOf(project);
    const nowhere = { ...hook, path: hook.path.replace(hook.hook_id, randomUUID()) };
    const good = signed(hook.secret, push);
    const answers = await Promise.all([
      deliver(server, hook, push, {}),
      deliver(server, hook, `${push} `, good),
      deliver(server, hook, push, signed('a secret of somebody', push)),
      deliver(server, hook, push, signed(hook.secret, push, Date.now() - 400_000)),
      deliver(server, hook, push, { ...good, 'x-parley-timestamp': `${Math.floor(Date.now() / 1000) - 200}` }),
      deliver(server, hook, push, { authorization: `Bearer ${server.adminToken}` }),
      deliver(server, nowhere, push, good),
      deliver(server, nowhere, push, asGitHub(hook.secret, push, '1')),
      deliver(server, { ...hook, path: `/api/v1/inbound/${hook.hook_id}?project_id=p-${randomUUID()}` }, push, good),
    ]);
    for (const answer of answers) answer.problem(401, 'unauthorized');
    assert.equal(new Set(answers.map((answer) => answer.text)).size, 1);
    const { items } = (await bob.rest.get('agents/bob/inbox')).as<{ items: InboxItem[] }>();
    assert.equal(items.length, 0);
  });

  it('refuse pages of elsewhere, and what is too large, as everything else does', async () => {
    const project = await TestProject.create(server);
    const hook = await hookOf(project, { to: 'human' });
    const headers = { ...signed(hook.secret, push), origin: 'https://elsewhere.example' };
    (await deliver(server, hook, push, headers)).problem(403);
    const large = JSON.stringify('x'.repeat(300_000));
    (await deliver(server, hook, large, signed(hook.secret, large))).problem(413);
  });
});

describe('A hook of a server of its own', { skip: process.env['PARLEY_URL'] !== undefined }, () => {
  it('makes no second message of what was confirmed before a kill', async () => {
    const first = await Server.start();
    const project = await TestProject.create(first);
    await project.pair();
    const hook = await hookOf(project);
    const deliveries = Array.from({ length: 20 }, (_, n) => ({ n, body: JSON.stringify({ n }) }));
    const before = await Promise.all(
      deliveries.map(async ({ n, body }) => (await deliver(first, hook, body, asGitHub(hook.secret, body, `d-${n}`))).as<Receipt>(202)),
    );
    await first.kill();

    const second = await Server.start(first.dataFolder);
    for (const [at, { n, body }] of deliveries.entries()) {
      const again = (await deliver(second, hook, body, asGitHub(hook.secret, body, `d-${n}`))).as<Receipt>(202);
      assert.deepEqual(again, { message_id: before[at]!.message_id, duplicate: true });
    }

    const all = (await second.rest(second.adminToken, { project_id: project.id }).get('messages', { limit: 500 })).as<Page<unknown>>();
    assert.equal(all.items.length, deliveries.length);
    await second.remove();
  });
});
