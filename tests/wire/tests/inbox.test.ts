import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, assertMessage, time } from '../harness/shapes.ts';
import type { InboxItem, Message } from '../harness/wire.ts';

const server = await startServer();

describe('Looking at an inbox', { concurrency: 4 }, () => {
  it('changes nothing', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');

    const first = await bob.look();
    assert.deepEqual(await bob.look(), first);

    const [item] = first;
    assert.ok(item);
    assertMessage(item.message);
    assert.equal(item.attempt, 1);
    assert.ok((item.lease_id ?? null) === null && (item.lease_until ?? null) === null, 'no lease when only looking');
    const delivery = await project.delivery(id);
    assert.deepEqual([delivery.state, delivery.delivery_id, delivery.delivered_at], ['queued', item.delivery_id, null]);
  });

  it('shows 10 unless it asks for more or fewer', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    for (let n = 0; n < 12; n++) await ada.tell('bob', `${n}`);

    assert.equal((await bob.look()).length, 10);
    assert.equal((await bob.look({ max: 500 })).length, 12);
    assert.deepEqual(contents(await bob.look({ max: 2 })), ['0', '1']);
    assert.equal((await bob.claim()).length, 10);
  });

  it('may wait for a message', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const looking = bob.look({ wait: 60 });
    await ada.tell('bob', 'there');

    assert.deepEqual(contents(await looking), ['there']);
  });
});

describe('A budget of tokens', { concurrency: 4 }, () => {
  /** Bob has two threads with long messages, one with a payload. */
  async function deep() {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const long = 'word '.repeat(400).trim();
    const { message_id: first, conversation_thread_id: thread } = await ada.send({
      to: 'bob',
      content: long,
      payload: { rows: [1, 2, 3] },
    });
    await ada.tell('bob', 'another matter');
    const { message_id: last } = await ada.send({ to: 'bob', content: 'the newest', conversation_thread_id: thread });
    return { project, ada, bob, long, first, thread, last };
  }

  it('groups by thread, keeps the newest whole, and says what it shortened', async () => {
    const { bob, long, first, last } = await deep();

    const items = await bob.look({ budget_tokens: 30 });

    assert.deepEqual([items[0]!.message.message_id, items[1]!.message.message_id], [first, last]);
    assert.deepEqual(contents(items).slice(1), ['the newest', 'another matter']);
    assert.deepEqual(items[0]!.shortened, { content: long.length, payload: '{"rows":[1,2,3]}'.length, metadata: null });
    assert.ok(items[0]!.message.content!.length < 100 && items[0]!.message.content!.endsWith('…') && items[0]!.message.payload === null);
    assert.ok(items.slice(1).every((item) => item.shortened === undefined));
    items.forEach((item) => assertMessage(item.message));
    const whole = (await bob.rest.get(`messages/${first}`)).as<Message>(200);
    assert.deepEqual([whole.content, whole.payload], [long, { rows: [1, 2, 3] }]);
  });

  it('changes nothing if all fits, except for the order', async () => {
    const { bob } = await deep();
    const all = await bob.look();
    const fitted = await bob.look({ budget_tokens: 1_000_000 });
    assert.deepEqual(fitted, [all[0], all[2], all[1]]);
  });

  it('applies to claims, in the query or in the body, and what is claimed can be settled', async () => {
    const { bob } = await deep();
    const claimed = (await bob.rest.post('agents/bob/claim?budget_tokens=1', {})).as<{ items: InboxItem[] }>(200).items;
    assert.equal(claimed.length, 3);
    assert.ok(claimed.every((item) => item.lease_id && item.shortened));
    for (const item of claimed)
      (await bob.rest.post(`messages/${item.message.message_id}/nack`, { lease_id: item.lease_id, delay_seconds: 0 })).succeeds();
    const again = (await bob.rest.post('agents/bob/claim', { budget_tokens: 30 })).as<{ items: InboxItem[] }>(200).items;
    assert.deepEqual(
      again.map((item) => item.shortened !== undefined),
      [true, false, false],
    );
  });

  it('must be a number from 1 to 1,000,000', async () => {
    const { bob } = await deep();
    for (const budget of ['0', '-1', 'many', '1.5', '1000001'])
      assertNames((await bob.rest.get(`agents/bob/inbox?budget_tokens=${budget}`)).problem(400, 'invalid_request'), 'budget_tokens');
    assertNames((await bob.rest.post('agents/bob/claim', { budget_tokens: 0 })).problem(400, 'invalid_request'), 'budget_tokens');
  });
});

describe('A claim', { concurrency: 4 }, () => {
  it('leases messages to its caller', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    await ada.tell('bob', 'hello');

    const before = Date.now();
    const item = await bob.claimOne();

    assertFields(item, ['message', 'delivery_id', 'attempt', 'lease_id', 'lease_until']);
    assertMessage(item.message);
    assert.equal(item.attempt, 1);
    assert.match(item.lease_until, time);
    const until = Date.parse(item.lease_until);
    assert.ok(until >= before + 29_000 && until <= Date.now() + 31_000, `the lease lasts 30 s, not ${until - before} ms`);
    assert.deepEqual(await bob.claim(), []);
    assert.deepEqual(await bob.look(), []);
  });

  it('sets the time of its lease', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    await ada.tell('bob', 'hello');

    const { lease_until: until } = await bob.claimOne({ lease_seconds: 3600 });
    assert.ok(Date.parse(until) - Date.now() > 3_500_000);
  });

  it('takes only what matches, and reading the inbox shows only that', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    await ada.send({ to: 'bob', content: 'a', message_type: 'standup' });
    await ada.send({ to: 'bob', content: 'b', message_type: 'question', priority: 3 });
    await eve.send({ to: 'bob', content: 'c', message_type: 'answer', priority: 4 });

    const queries: [Record<string, string>, string[]][] = [
      [{ type: 'standup' }, ['a']],
      [{ type: 'standup,question' }, ['b', 'a']],
      [{ priority: '3,4' }, ['c', 'b']],
      [{ from: 'eve' }, ['c']],
      [{ from: 'ada', priority: '3' }, ['b']],
      [{ from: 'ada', type: 'answer' }, []],
    ];
    for (const [query, expected] of queries) assert.deepEqual(contents(await bob.look(query)), expected, JSON.stringify(query));

    assert.deepEqual(contents(await bob.claim({ type: ['standup'] })), ['a']);
    assert.deepEqual(contents(await bob.claim({ from: ['ada'] })), ['b']);
    assert.deepEqual(contents(await bob.claim({ priority: [3, 4] })), ['c']);
  });

  it('waits for a message that matches', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const claiming = bob.claimOne({ type: ['answer'], wait: 60 });
    await ada.tell('bob', 'no answer');
    await ada.send({ to: 'bob', content: 'an answer', message_type: 'answer' });

    assert.equal((await claiming).message.content, 'an answer');
  });

  it('returns nothing when its wait is over', async () => {
    const project = await TestProject.create(server);
    const bob = await project.agent('bob');
    const start = performance.now();

    assert.deepEqual(await bob.claim({ wait: 1 }), []);
    assert.ok(performance.now() - start >= 950);
  });

  it('gives each delivery to only one of many claimers', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const items = Array.from({ length: 60 }, (_, n) => ({ to: 'bob', content: `${n}` }));
    (await ada.rest.post('messages/batch', { items })).as();

    const claimed = await Promise.all(Array.from({ length: 12 }, () => bob.claim({ max: 5 })));

    const ids = claimed.flat().map((item) => item.delivery_id);
    assert.equal(ids.length, 60);
    assert.equal(new Set(ids).size, 60);
  });

  it('refuses numbers out of range', async () => {
    const project = await TestProject.create(server);
    const bob = await project.agent('bob');
    const cases: [string, unknown][] = [
      ['max', 0],
      ['max', 501],
      ['max', 'ten'],
      ['wait', -1],
      ['wait', 61],
      ['lease_seconds', 0],
      ['lease_seconds', 3601],
      ['priority', [5]],
      ['type', [7]],
      ['leaseSeconds', 30],
    ];
    for (const [field, value] of cases)
      assertNames((await bob.rest.post('agents/bob/claim', { [field]: value })).problem(400, 'invalid_request'), field);
    for (const [field, value] of [
      ['max', 0],
      ['wait', 61],
      ['priority', 'high'],
    ] as const)
      assertNames((await bob.rest.get('agents/bob/inbox', { [field]: value })).problem(400, 'invalid_request'), field);
  });
});

describe('Being away', { concurrency: 4 }, () => {
  it('loses nothing: messages arrive in order afterward', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const items = Array.from({ length: 300 }, (_, n) => ({ to: 'bob', content: `${n}` }));
    (await ada.rest.post('messages/batch', { items })).as();

    const drained: (string | null)[] = [];
    for (let claimed = await bob.claim({ max: 70 }); claimed.length > 0; claimed = await bob.claim({ max: 70 })) {
      drained.push(...contents(claimed));
      const acks = claimed.map((item) => ({ message_id: item.message.message_id, lease_id: item.lease_id }));
      (await bob.rest.post('acks', { items: acks })).as();
    }

    assert.deepEqual(
      drained,
      items.map((item) => item.content),
    );
  });
});
