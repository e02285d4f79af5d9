import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject, type TestAgent } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { Change, Page } from '../harness/wire.ts';

const server = await startServer();

interface Reservation {
  reservation_id: string;
  agent_id: string;
  paths: string[];
  mode: string;
  status: string;
  expires_at: string | null;
  wanted_by: string[];
  fence: number;
  version: number;
}

const fields = [
  'reservation_id',
  'agent_id',
  'paths',
  'mode',
  'status',
  'reason',
  'ttl_seconds',
  'expires_at',
  'wanted_by',
  'created_at',
  'ended_at',
  'version',
  'fence',
];

async function reserve(by: TestAgent, body: Record<string, unknown>, status = 201): Promise<Reservation> {
  return (await by.rest.post('reservations', body)).as<Reservation>(status);
}

describe('A reservation', { concurrency: 4 }, () => {
  it('keeps others out until it is released, and those that wait have their turn', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();

    const held = await reserve(ada, { paths: ['src/**/*.cs'], reason: 'The login page' });
    assertFields(held, fields);
    assert.match(held.reservation_id, uuid7);
    assert.match(held.expires_at!, time);
    assert.deepEqual([held.agent_id, held.mode, held.status, held.fence], ['ada', 'exclusive', 'active', held.version]);

    const refused = await bob.rest.post('reservations', { paths: ['src/a/*.c?'] });
    assert.equal(refused.status, 409);
    const waiting = await reserve(bob, { paths: ['src'], wait: true }, 202);
    assert.deepEqual([waiting.status, waiting.expires_at], ['waiting', null]);
    const listed = (await ada.rest.get('reservations', { live: 'true' })).as<Page<Reservation>>(200);
    assert.deepEqual(
      listed.items.map((one) => one.reservation_id),
      [waiting.reservation_id, held.reservation_id],
    );
    assert.deepEqual(listed.items[1]!.wanted_by, ['bob']);

    const released = (await ada.rest.delete(`reservations/${held.reservation_id}`)).as<Reservation>(200);
    assert.equal(released.status, 'released');
    const turn = (await bob.rest.get(`reservations/${waiting.reservation_id}`)).as<Reservation>(200);
    assert.equal(turn.status, 'active');
    assert.ok(turn.fence > held.fence);
  });

  it('covers files that a check finds for others, and not for its agent', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const held = await reserve(ada, { paths: ['src'] });

    const clashes = (await bob.rest.post('reservations/check', { files: ['README.md', 'src/a.cs', 'src/b.cs'] })).as<{
      items: { file: string; files: number; reservation: Reservation }[];
    }>(200);
    assert.deepEqual(
      clashes.items.map((clash) => [clash.file, clash.files, clash.reservation.reservation_id]),
      [['src/a.cs', 2, held.reservation_id]],
    );
    assert.deepEqual((await ada.rest.post('reservations/check', { files: ['src/a.cs'] })).as<{ items: unknown[] }>(200).items, []);
  });

  it('is made, renewed, and released over a socket, and the next in the queue is told over its own', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const [adas, bobs] = [await ada.connect(), await bob.connect()];

    const held = await adas.ok<Reservation>('reservation:create', { paths: ['src'], ttl_seconds: 60 });
    await bobs.refused('reservation:create', { paths: ['src/a.cs'] }, 409);
    const wanted = (await adas.received()).message;
    assert.equal(wanted.message_type, 'reservation_wanted');
    assert.deepEqual(wanted.payload, { reservation_id: held.reservation_id, agent_id: 'bob', path: 'src/a.cs', paths: ['src'] });
    const waiting = await bobs.ok<Reservation>('reservation:create', { paths: ['src/a.cs'], wait: true });
    assert.equal(waiting.status, 'waiting');

    const renewed = await adas.ok<Reservation>('reservation:renew', {
      reservation_id: held.reservation_id,
      ttl_seconds: 3600,
      fence: held.fence,
    });
    assert.ok(renewed.expires_at! > held.expires_at!);
    await adas.refused('reservation:release', { reservation_id: waiting.reservation_id }, 403);
    await adas.ok<Reservation>('reservation:release', { reservation_id: held.reservation_id });

    const granted = (await bobs.received()).message;
    const turn = (await bob.rest.get(`reservations/${waiting.reservation_id}`)).as<Reservation>(200);
    assert.equal(granted.message_type, 'reservation_granted');
    assert.deepEqual(granted.payload, {
      reservation_id: turn.reservation_id,
      fence: turn.fence,
      paths: ['src/a.cs'],
      expires_at: turn.expires_at,
      wanted_by: [],
    });
    await adas.refused('reservation:renew', { reservation_id: held.reservation_id }, 409);
  });

  it('is followed with the filter of its list', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const held = await reserve(ada, { paths: ['src'] });
    const socket = await bob.connect();
    const { subscription } = await socket.ok<{ subscription: string }>('subscribe', {
      feeds: { reservations: { live: true } },
      snapshot: true,
    });
    const first = await socket.event<{ items: Reservation[]; done: boolean }>('snapshot');
    assert.deepEqual(first.items, [held]);

    const other = await reserve(bob, { paths: ['docs'] });
    await ada.rest.delete(`reservations/${held.reservation_id}`);

    const told = [];
    for (let n = 0; n < 2; n++) {
      const { op, item } = await socket.event<Change<Reservation>>('change', (one) => one.subscription === subscription);
      told.push([op, item.reservation_id, item.status, item.fence]);
    }
    assert.deepEqual(told, [
      ['put', other.reservation_id, 'active', other.fence],
      ['delete', held.reservation_id, 'released', held.fence],
    ]);
  });
});
