import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, describe, it } from 'node:test';
import { within } from '../harness/deadline.ts';
import { closeAll } from '../harness/open.ts';
import { TestProject } from '../harness/project.ts';
import { Server } from '../harness/server.ts';
import { EventStream } from '../harness/stream.ts';
import type { Message, Page } from '../harness/wire.ts';

after(closeAll);

describe('A separate server', { skip: process.env['PARLEY_URL'] !== undefined, concurrency: 2 }, () => {
  it('closes its connections when it stops, and exits within 10 s', async () => {
    const server = await Server.start();
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    const stream = await EventStream.open(project.admin, `project/${project.id}`);
    await stream.connected();
    const claiming = ada.rest.post('agents/ada/claim', { wait: 60 }).catch(() => null);

    const start = performance.now();
    const code = await server.stop();

    assert.equal(code, 0);
    assert.ok(performance.now() - start < 10_000);
    assert.equal(await socket.closeCode(), 1001);
    await within('the stream to end', stream.ended);
    await claiming;
    await rm(server.dataFolder, { recursive: true });
  });

  it('started again has everything that it confirmed', async () => {
    await survives(async (server) => void (await server.stop()));
  });

  it('killed has everything that it confirmed', async () => {
    await survives((server) => server.kill());
  });

  it('shares its data with no other', async () => {
    const server = await Server.start();
    await assert.rejects(Server.start(server.dataFolder), /ended with [1-9]/);
    await server.rest(server.adminToken).get('agents');
    await server.remove();
  });
});

async function survives(end: (server: Server) => Promise<void>): Promise<void> {
  const first = await Server.start();
  const project = await TestProject.create(first);
  const [ada, bob] = await project.pair();
  const items = Array.from({ length: 200 }, (_, n) => ({ to: 'bob', content: `${n}`, idempotency_key: `k${n}` }));
  (await ada.rest.post('messages/batch', { items })).as();
  const socket = await bob.connect({ query: { window: 10 } });
  const held = await socket.received();
  const stream = await EventStream.open(project.admin, `project/${project.id}`, { query: { after: 0, types: 'text' } });
  const seen = await stream.next<Message>('message');

  await end(first);

  const second = await Server.start(first.dataFolder);
  try {
    assert.deepEqual([second.adminToken, second.joinToken], [first.adminToken, first.joinToken]);
    const admin = second.rest(second.adminToken, { project_id: project.id });
    const again = second.rest(ada.token);
    const { items: newest } = (await admin.get('messages', { limit: 500, type: 'text' })).as<Page<Message>>(200);
    assert.deepEqual(
      newest.map((one) => one.content).reverse(),
      items.map((one) => one.content),
    );

    // The leases of its connections are free, uncounted, and the old one settles nothing.
    (await second.rest(bob.token).post(`messages/${held.message.message_id}/ack`, { lease_id: held.lease_id })).problem(409, 'lease_lost');
    const drained = (await second.rest(bob.token).post('agents/bob/claim', { max: 500 })).as<{
      items: { attempt: number; message: Message }[];
    }>(200);
    assert.deepEqual(
      drained.items.map((one) => [one.attempt, one.message.content]),
      items.map((one) => [1, one.content]),
    );

    // A send that is made again is the same; a reader goes on where it was; seq goes on too.
    const repeated = (await again.post('messages', items[5])).as<{ duplicate: boolean; seq: number }>();
    assert.equal(repeated.duplicate, true);
    const resumed = await EventStream.open(admin, `project/${project.id}`, { lastEventId: seen.id, query: { types: 'text' } });
    assert.equal((await resumed.next<Message>('message')).data.content, '1');
    const next = (await again.post('messages', { to: 'bob', content: 'next' })).as<{ seq: number }>(201);
    assert.ok(next.seq > newest[0]!.seq);
  } finally {
    await second.remove();
  }
}
