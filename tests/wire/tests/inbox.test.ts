import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contents, TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, assertMessage, time } from '../harness/shapes.ts';
import type { BatchItem } from '../harness/wire.ts';

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

  it('may wait for something to come', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const looking = bob.look({ wait: 15 });
    await ada.tell('bob', 'there');

    assert.deepEqual(contents(await looking), ['there']);
  });
});

describe('A claim', { concurrency: 4 }, () => {
  it('leases what it takes to its claimer', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    await ada.tell('bob', 'hello');

    const item = await bob.claimOne();

    assertFields(item, ['message', 'delivery_id', 'attempt', 'lease_id', 'lease_until']);
    assertMessage(item.message);
    assert.equal(item.attempt, 1);
    assert.match(item.lease_until, time);
    const left = Date.parse(item.lease_until) - Date.now();
    assert.ok(left > 20_000 && left <= 31_000, `the lease lasts 30 s, not ${left} ms`);
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

  it('takes only what fits, and looking shows only that', async () => {
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

  it('waits for a message that fits', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const claiming = bob.claimOne({ type: ['answer'], wait: 15 });
    await ada.tell('bob', 'no answer');
    await ada.send({ to: 'bob', content: 'an answer', message_type: 'answer' });

    assert.equal((await claiming).message.content, 'an answer');
  });

  it('comes back with nothing when its wait is over', async () => {
    const project = await TestProject.create(server);
    const bob = await project.agent('bob');
    const start = performance.now();

    assert.deepEqual(await bob.claim({ wait: 1 }), []);
    assert.ok(performance.now() - start >= 950);
  });

  it('gives each delivery to one of many claimers', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const items = Array.from({ length: 60 }, (_, n) => ({ to: 'bob', content: `${n}` }));
    (await ada.rest.post('messages/batch', { items })).as();

    const claimed = await Promise.all(Array.from({ length: 12 }, () => bob.claim({ max: 5 })));

    const ids = claimed.flat().map((item) => item.delivery_id);
    assert.equal(ids.length, 60);
    assert.equal(new Set(ids).size, 60);
  });

  it('refuses numbers beyond their bounds', async () => {
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

describe('An acknowledgement', { concurrency: 4 }, () => {
  it('settles a delivery once and for all', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne();

    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();

    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();
    (await bob.rest.post(`messages/${id}/ack`)).isEmpty();
    assert.deepEqual(await bob.claim(), []);
    assert.equal((await project.delivery(id)).state, 'acknowledged');
  });

  it('needs no lease and no claim', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const queued = await ada.tell('bob', 'queued');
    (await bob.rest.post(`messages/${queued}/ack`)).isEmpty();
    const leased = await ada.tell('bob', 'leased');
    await bob.claimOne();
    (await bob.rest.post(`messages/${leased}/ack`, {})).isEmpty();

    assert.deepEqual(await bob.look(), []);
  });

  it('is for the recipient', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne();

    (await eve.rest.post(`messages/${id}/ack`, { lease_id })).problem(404, 'not_found');
    (await ada.rest.post(`messages/${id}/ack`, { lease_id })).problem(404, 'not_found');
    (await bob.rest.post('messages/0199e1c2-0000-7000-8000-000000000000/ack')).problem(404, 'not_found');
    assert.equal((await project.delivery(id)).state, 'leased');
  });

  it('may come for many at once, each with its own result', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const ids = [await ada.tell('bob', '1'), await ada.tell('bob', '2'), await ada.tell('bob', '3')];
    const [first, second] = await bob.claim({ max: 2 });
    const items = [
      { message_id: ids[0], lease_id: first!.lease_id },
      { message_id: ids[1], lease_id: first!.lease_id },
      { message_id: '0199e1c2-0000-7000-8000-000000000000' },
      { message_id: ids[2] },
    ];

    const results = (await bob.rest.post('acks', { items })).as<{ items: BatchItem[] }>(200).items;

    assert.deepEqual(
      results.map((one) => one.status),
      [204, 409, 404, 204],
    );
    assert.deepEqual(
      results.map((one) => one.problem?.code),
      [undefined, 'lease_lost', 'not_found', undefined],
    );
    assert.equal((await project.delivery(second!.message.message_id)).state, 'leased');
  });
});

describe('A nack', { concurrency: 4 }, () => {
  it('counts as an attempt and queues again after the delay of the project', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const first = await bob.claimOne();

    (await bob.rest.post(`messages/${id}/nack`, { lease_id: first.lease_id, reason: 'not now' })).succeeds();

    const second = await bob.claimOne();
    assert.equal(second.delivery_id, first.delivery_id);
    assert.notEqual(second.lease_id, first.lease_id);
    assert.equal(second.attempt, 2);
    assert.equal((await project.delivery(id)).last_error, 'not now');
  });

  it('says its own delay', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const later = await ada.tell('bob', 'in an hour');
    const now = await ada.tell('bob', 'now');
    const [first, second] = await bob.claim();

    (await bob.rest.post(`messages/${later}/nack`, { lease_id: first!.lease_id, delay_seconds: 3600 })).succeeds();
    (await bob.rest.post(`messages/${now}/nack`, { lease_id: second!.lease_id, delay_seconds: 0 })).succeeds();

    assert.equal((await bob.claimOne()).message.message_id, now);
    assert.deepEqual(await bob.claim(), []);
  });

  it('waits a minute when nobody says otherwise', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne();

    (await bob.rest.post(`messages/${id}/nack`, { lease_id })).succeeds();

    assert.deepEqual(await bob.claim({ wait: 1 }), []);
    const { state, attempt } = await project.delivery(id);
    assert.deepEqual([state, attempt], ['queued', 2]);
  });

  it('with a lease that is lost is refused', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne();
    (await bob.rest.post(`messages/${id}/nack`, { lease_id })).succeeds();
    await bob.claimOne();

    for (const verb of ['ack', 'nack', 'extend']) (await bob.rest.post(`messages/${id}/${verb}`, { lease_id })).problem(409, 'lease_lost');
  });

  it('refuses a delay that makes no sense', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    for (const delay of [-1, 'soon', 1e300])
      assertNames((await bob.rest.post(`messages/${id}/nack`, { delay_seconds: delay })).problem(400, 'invalid_request'), 'delay_seconds');
  });
});

describe('A lease', { concurrency: 4 }, () => {
  it('that lapses returns the delivery and refuses the late acknowledgement', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const first = await bob.claimOne({ lease_seconds: 1 });

    const second = await bob.claimOne({ wait: 15 });

    assert.equal(second.delivery_id, first.delivery_id);
    assert.equal(second.attempt, 2);
    const late = (await bob.rest.post(`messages/${id}/ack`, { lease_id: first.lease_id })).problem(409, 'lease_lost');
    assert.equal(late.retryable, false);
    (await bob.rest.post(`messages/${id}/ack`, { lease_id: second.lease_id })).isEmpty();
  });

  it('is extended by its holder', async () => {
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne({ lease_seconds: 2 });

    (await bob.rest.post(`messages/${id}/extend`, { lease_id, lease_seconds: 600 })).succeeds();

    await project.timePasses(2.5);
    assert.deepEqual(await bob.claim(), []);
    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();
  });

  it('can not be extended beyond an hour, nor by who does not hold it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne();

    for (const seconds of [0, 3601])
      assertNames(
        (await bob.rest.post(`messages/${id}/extend`, { lease_id, lease_seconds: seconds })).problem(400, 'invalid_request'),
        'lease_seconds',
      );
    (await bob.rest.post(`messages/${id}/extend`, { lease_id: 'another' })).problem(409, 'lease_lost');
  });
});

describe('Being away', { concurrency: 4 }, () => {
  it('is normal: what came meanwhile comes in order', async () => {
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
