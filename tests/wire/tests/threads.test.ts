import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertMessage } from '../harness/shapes.ts';
import type { Message, Page, Thread } from '../harness/wire.ts';

const server = await startServer();

interface Short {
  message_id: string;
  from: string;
  to: string[];
  content: string | null;
  outcome?: string | null;
}

interface Digest {
  messages: number;
  covered: number;
  title: string | null;
  open: Short[];
  settled: Short[];
  last: Short | null;
  text: string;
}

/** A conversation of three messages between ada and bob, and another of one. */
async function conversation() {
  const project = await TestProject.create(server);
  const [ada, bob] = await project.pair();
  const first = await ada.send({ to: 'bob', content: 'one' });
  const second = await bob.send({ to: 'ada', content: 'two', reply_to: first.message_id });
  const third = await ada.send({ to: 'bob', content: 'three', conversation_thread_id: first.conversation_thread_id });
  const other = await ada.send({ to: 'bob', content: 'elsewhere' });
  return { project, ada, bob, first, second, third, other, thread: first.conversation_thread_id };
}

describe('A thread', { concurrency: 4 }, () => {
  it('opens with its messages in order, who took part, and counts', async () => {
    const { ada, thread } = await conversation();

    const view = (await ada.rest.get(`threads/${thread}`)).as<Thread>(200);

    assert.equal(view.conversation_thread_id, thread);
    assert.deepEqual(
      view.items?.map((one) => one.content),
      ['one', 'two', 'three'],
    );
    view.items?.forEach(assertMessage);
    assert.deepEqual([...view.participants].sort(), ['ada', 'bob']);
    assert.equal(view.messages, 3);
  });

  it('has a digest that says what is open and what was settled, and follows the thread', async () => {
    const { ada, bob, thread } = await conversation();
    const digest = async () => (await ada.rest.get(`threads/${thread}/digest`)).as<Digest>(200);
    assert.deepEqual([(await digest()).open, (await digest()).last?.content, (await digest()).covered], [[], 'three', 3]);

    const asked = await ada.send({ to: 'bob', content: 'Can you\n look at it?', intent: 'request', conversation_thread_id: thread });
    const [open] = (await digest()).open;
    assert.deepEqual([open?.message_id, open?.from, open?.to, open?.content], [asked.message_id, 'ada', ['bob'], 'Can you look at it?']);

    const answer = await bob.send({ to: 'ada', content: 'Yes.', reply_to: asked.message_id, outcome: 'success' });
    const { open: left, settled, text, messages } = await digest();
    assert.deepEqual([left.length, settled[0]?.message_id, settled[0]?.outcome, messages], [0, asked.message_id, 'success', 5]);
    assert.ok(text.includes(asked.message_id) && text.includes(answer.message_id));
  });

  it('has a digest of its newest 2,000 messages', async () => {
    const project = await TestProject.create(server, { mailbox_limit: 10_000, rate_limit_per_second: 0 });
    const [ada] = await project.pair();
    const { conversation_thread_id: thread } = await ada.send({ to: 'bob', content: 'first', intent: 'request' });
    for (let part = 0; part < 3; part++) {
      const items = Array.from({ length: 700 }, (_, n) => ({
        to: 'bob',
        content: `${part * 700 + n} ${'x'.repeat(2_000)}`,
        conversation_thread_id: thread,
      }));
      (await project.admin.post('messages/batch', { items })).succeeds();
    }
    const digest = (await ada.rest.get(`threads/${thread}/digest`)).as<Digest>(200);
    assert.equal(digest.messages, 2_101);
    assert.ok(digest.covered >= 2_000 && digest.covered < 2_101, `${digest.covered}`);
    assert.deepEqual([digest.open, digest.title], [[], 'first']);
    assert.match(digest.text, /covers the newest/);
  });

  it('is listed, the newest first', async () => {
    const { ada, bob, thread, other } = await conversation();
    for (const agent of [ada, bob]) {
      const { items } = (await agent.rest.get('threads')).as<Page<Thread>>(200);
      assert.deepEqual(
        items.map((one) => one.conversation_thread_id),
        [other.conversation_thread_id, thread],
      );
      assert.deepEqual(
        items.map((one) => one.messages),
        [1, 3],
      );
    }
  });

  it('tells what is newer and what was superseded', async () => {
    const { ada, bob, thread, first, third } = await conversation();
    const current = async (since: number) =>
      (await bob.rest.get(`threads/${thread}/current`, { since })).as<{ newer: Message[]; superseded: string[] }>(200);

    assert.deepEqual(
      (await current(first.seq)).newer.map((one) => one.content),
      ['two', 'three'],
    );
    assert.deepEqual(await current(third.seq).then(({ newer, superseded }) => [newer, superseded]), [[], []]);

    await ada.send({ to: 'bob', content: 'three, better', conversation_thread_id: thread, supersedes: third.message_id });
    const after = await current(third.seq);
    assert.deepEqual(
      after.newer.map((one) => one.content),
      ['three, better'],
    );
    assert.deepEqual(after.superseded, [third.message_id]);
    assertNames((await bob.rest.get(`threads/${thread}/current`, { since: 'x' })).problem(400, 'invalid_request'), 'since');
  });

  it('is closed to agents that take no part in it', async () => {
    const { project, thread } = await conversation();
    const eve = await project.agent('eve');

    (await eve.rest.get(`threads/${thread}`)).problem(404, 'not_found');
    (await eve.rest.get(`threads/${thread}/current`, { since: 1 })).problem(404, 'not_found');
    assert.deepEqual((await eve.rest.get('threads')).as<Page<Thread>>(200).items, []);
    (await project.admin.get(`threads/${thread}`)).as(200);
  });

  it('begun by a broadcast shows others the broadcast and not its replies', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const all = await ada.send({ to: '*', content: 'all hands' });
    const reply = await bob.send({ to: 'ada', content: 'just for ada', reply_to: all.message_id });

    (await eve.rest.get(`messages/${all.message_id}`)).as(200);
    (await eve.rest.get(`messages/${reply.message_id}`)).problem(404, 'not_found');
    const { items } = (await eve.rest.get('messages')).as<Page<Message>>(200);
    assert.deepEqual(
      items.map((one) => one.content),
      ['all hands'],
    );
  });

  it('that does not exist is not found', async () => {
    const project = await TestProject.create(server);
    (await project.admin.get('threads/0199e1c2-0000-7000-8000-000000000000')).problem(404, 'not_found');
    (await project.admin.get('threads/nonsense')).problem(404, 'not_found');
  });
});

describe('A reaction', { concurrency: 4 }, () => {
  it('is put, shown and taken back', async () => {
    const { ada, bob, first } = await conversation();
    const path = (emoji: string) => `messages/${first.message_id}/reactions/${encodeURIComponent(emoji)}`;
    const reactions = async () => (await ada.rest.get(`messages/${first.message_id}`)).as<Message>(200).reactions;
    assert.equal(await reactions(), undefined);

    (await bob.rest.put(path('👍'))).succeeds();
    (await bob.rest.put(path('👍'))).succeeds();
    (await ada.rest.put(path('👍'))).succeeds();
    (await ada.rest.put(path('👩‍💻'))).succeeds();
    assert.deepEqual(sorted(await reactions()), { '👍': ['ada', 'bob'], '👩‍💻': ['ada'] });

    (await bob.rest.delete(path('👍'))).succeeds();
    assert.deepEqual(await reactions(), { '👍': ['ada'], '👩‍💻': ['ada'] });
  });

  it('is for those who may read the message', async () => {
    const { project, first } = await conversation();
    const eve = await project.agent('eve');
    (await eve.rest.put(`messages/${first.message_id}/reactions/x`)).problem(404, 'not_found');
    (await eve.rest.delete(`messages/${first.message_id}/reactions/x`)).problem(404, 'not_found');
  });

  it('is short', async () => {
    const { ada, first } = await conversation();
    (await ada.rest.put(`messages/${first.message_id}/reactions/${'x'.repeat(300)}`)).problem(400, 'invalid_request');
  });

  function sorted(reactions: Record<string, string[]> | undefined) {
    return Object.fromEntries(Object.entries(reactions ?? {}).map(([emoji, agents]) => [emoji, [...agents].sort()]));
  }
});

describe('The full-text search', { concurrency: 4 }, () => {
  it('finds words, newest first', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    for (const content of ['The deployment failed', 'the DEPLOYMENT is fine', 'Größe über alles', 'nothing here'])
      await ada.tell('bob', content);
    const find = async (q: string) => (await ada.rest.get('messages', { q })).as<Page<Message>>(200).items.map((one) => one.content);

    // The index reads the log a little later than it is written.
    await eventually(
      'the index',
      () => find('nothing'),
      (found) => found.length === 1,
    );
    assert.deepEqual(await find('deployment'), ['the DEPLOYMENT is fine', 'The deployment failed']);
    assert.deepEqual(await find('deployment failed'), ['The deployment failed']);
    assert.deepEqual(await find('größe'), ['Größe über alles']);
    assert.deepEqual(await find('absent'), []);
  });

  it('takes every text for words', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', 'a plain text');
    for (const q of [
      '"',
      '"a',
      'a"b"c',
      '*',
      'a*',
      'NOT',
      'AND OR',
      'a AND',
      '(',
      ')',
      'content:x',
      '-',
      '^a',
      "'; DROP TABLE",
      '%',
      '\\',
      '👍',
      'NEAR(a b)',
    ]) {
      const answer = await ada.rest.get('messages', { q });
      // A query in which there is no word at all finds nothing, and says so.
      if (answer.status === 400) assertNames(answer.problem(400, 'invalid_request'), 'q');
      else answer.as<Page<Message>>(200);
    }
  });

  it('finds for an agent only what it may read', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const eve = await project.agent('eve');
    await ada.tell('bob', 'a secret word');
    await ada.tell('eve', 'an open word');
    const find = async () => (await eve.rest.get('messages', { q: 'word' })).as<Page<Message>>(200).items.map((one) => one.content);
    assert.deepEqual(await eventually('the index', find, (found) => found.length > 0), ['an open word']);
  });
});
