import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';

import type { BatchItem } from '../harness/wire.ts';

const server = await startServer();

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
    const project = await TestProject.create(server, { retry_delay_seconds: 0 });
    const [ada, bob] = await project.pair();
    const ids = [await ada.tell('bob', '1'), await ada.tell('bob', '2'), await ada.tell('bob', '3')];
    const [first, second] = await bob.claim({ max: 2 });
    (await bob.rest.post(`messages/${ids[1]}/nack`, { lease_id: second!.lease_id })).succeeds();
    const items = [
      { message_id: ids[0], lease_id: first!.lease_id },
      { message_id: ids[1], lease_id: second!.lease_id },
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
    assert.equal((await project.delivery(second!.message.message_id)).state, 'queued');
  });
});

describe('An acknowledgement by somebody who may act for several', { concurrency: 4 }, () => {
  it('settles for the one agent that has the message, one or many at once', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const ids = [await ada.tell('bob', '1'), await ada.tell('bob', '2')];

    (await project.admin.post(`messages/${ids[0]}/ack`)).succeeds();
    const results = (await project.admin.post('acks', { items: [{ message_id: ids[1] }] })).as<{ items: BatchItem[] }>(200).items;

    assert.deepEqual(
      results.map((one) => one.status),
      [204],
    );
    assert.equal((await project.delivery(ids[0]!)).state, 'acknowledged');
    assert.equal((await project.delivery(ids[1]!)).state, 'acknowledged');
  });

  it('asks for which agent if several have it, and settles nothing', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const { message_id: id } = (await ada.rest.post('messages', { to: ['bob', 'eve'], content: 'both of you' })).as<{ message_id: string }>(
      201,
    );

    (await project.admin.post(`messages/${id}/ack`)).problem(400, 'invalid_request');
    const [result] = (await project.admin.post('acks', { items: [{ message_id: id }] })).as<{ items: BatchItem[] }>(200).items;

    assert.equal(result!.status, 400);
    assert.deepEqual(Object.keys(result!.problem!.errors!), ['agent_id']);
    assert.equal((await bob.claim()).length, 1);
    assert.equal((await eve.claim()).length, 1);
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

  it('may set its own delay', async () => {
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
    assert.deepEqual([state, attempt], ['scheduled', 2]);
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

    const second = await bob.claimOne();

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
    const extend = async (seconds: number): Promise<{ lease_id: string; seconds: number }> => {
      const claimed = Date.now();
      const { lease_id } = await bob.claimOne({ lease_seconds: seconds });
      const answer = await bob.rest.post(`messages/${id}/extend`, { lease_id, lease_seconds: 600 });
      // A machine may be too busy to extend a short lease in time, which the clock must show.
      if (answer.status === 409 && Date.now() >= claimed + seconds * 1000) return extend(seconds * 2);
      answer.succeeds();
      return { lease_id, seconds };
    };

    const { lease_id, seconds } = await extend(2);

    await project.timePasses(seconds + 0.5);
    assert.deepEqual(await bob.claim(), []);
    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();
  });

  it('cannot be extended beyond an hour, nor by who does not hold it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne();

    for (const seconds of [0, 3601])
      assertNames(
        (await bob.rest.post(`messages/${id}/extend`, { lease_id, lease_seconds: seconds })).problem(400, 'invalid_request'),
        'lease_seconds',
      );
    assertNames((await bob.rest.post(`messages/${id}/extend`, { lease_id: 'another' })).problem(400, 'invalid_request'), 'lease_id');
  });
});
