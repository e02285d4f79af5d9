import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../harness/deadline.ts';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time } from '../harness/shapes.ts';
import type { Page } from '../harness/wire.ts';

const server = await startServer();

interface TypeCount {
  message_type: string;
  messages: number;
  deliveries: number;
  acknowledged: number;
  dead: number;
  expired: number;
  ack_ms: number | null;
}

interface AgentCount {
  agent_id: string | null;
  sent: number;
  received: number;
  acknowledged: number;
  ack_ms: number | null;
  first_at: string | null;
  last_at: string | null;
}

interface PairCount {
  from: string | null;
  to: string | null;
  count: number;
  by_type: Record<string, number>;
}

interface Point {
  at: string;
  by_type: Record<string, number>;
  sent: number;
  acknowledged: number;
}

describe('Statistics', { concurrency: 4 }, () => {
  it('count what was said by type, agent, pair, execution, and time', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const { execution_id } = await ada.execution();
    await ada.send({ to: 'bob', message_type: 'ping', content: '1', execution_id });
    await ada.send({ to: ['bob', 'ada'], message_type: 'ping', content: '2' });
    await bob.send({ to: 'ada', content: '3' });
    for (const item of await bob.claim())
      (await bob.rest.post(`messages/${item.message.message_id}/ack`, { lease_id: item.lease_id })).isEmpty();

    // What waited when it was first looked at is looked at again.
    const types = await eventually(
      'both acknowledgments to be counted',
      async () => (await ada.rest.get('stats/messages')).as<Page<TypeCount>>(200).items,
      (items) => items.find((one) => one.message_type === 'ping')?.acknowledged === 2,
    );
    assertFields(types[0]!, ['message_type', 'messages', 'deliveries', 'acknowledged', 'dead', 'expired', 'ack_ms']);
    assert.deepEqual(
      types.map((one) => [one.message_type, one.messages, one.deliveries]),
      [
        ['ping', 2, 3],
        ['text', 1, 1],
      ],
    );
    const agents = (await ada.rest.get('stats/agents')).as<Page<AgentCount>>(200).items;
    const of = (id: string): AgentCount => agents.find((one) => one.agent_id === id)!;
    assertFields(of('bob'), ['agent_id', 'sent', 'received', 'acknowledged', 'ack_ms', 'first_at', 'last_at', 'bars']);
    assert.deepEqual([of('ada').sent, of('ada').received, of('bob').sent, of('bob').received, of('bob').acknowledged], [2, 2, 1, 2, 2]);
    assert.ok((of('bob').ack_ms ?? -1) >= 0);
    assert.match(of('bob').last_at ?? '', time);

    const pairs = (await ada.rest.get('stats/pairs')).as<Page<PairCount>>(200).items;
    assert.deepEqual(pairs.map((one) => `${one.from} ${one.to} ${one.count}`).sort(), ['ada ada 1', 'ada bob 2', 'bob ada 1']);
    assert.deepEqual(pairs.find((one) => one.to === 'bob')?.by_type, { ping: 2 });
    (await project.admin.post('squads', { squad_id: 'solo', members: [{ agent_id: 'ada' }] })).succeeds();
    assert.deepEqual((await ada.rest.get('stats/pairs', { squad: 'solo' })).as<Page<PairCount>>(200).items.length, 1);
    (await ada.rest.get('stats/agents', { squad: 'none' })).problem(404);

    const timeline = (await ada.rest.get('stats/timeline', { bucket: '1m', since: new Date(Date.now() - 3_600_000).toISOString() })).as<
      Page<Point>
    >(200).items;
    assert.ok(timeline.length >= 61);
    assert.equal(
      timeline.reduce((sum, one) => sum + one.sent, 0),
      3,
    );
    const runs = (await ada.rest.get('stats/executions')).as<Page<{ execution_id: string; messages: number }>>(200).items;
    assert.deepEqual(
      runs.map((one) => [one.execution_id, one.messages]),
      [[execution_id, 1]],
    );
    const all = (await ada.rest.get('stats/export', { hours: 2 })).as<Record<string, unknown[]>>(200);
    assert.deepEqual([all['messages']!.length, all['pairs']!.length], [2, 3]);
  });

  it('say what is wrong with a question', async () => {
    const { admin } = await TestProject.create(server);
    assertNames((await admin.get('stats/timeline', { bucket: '7m' })).problem(400), 'bucket');
    assertNames((await admin.get('stats/messages', { since: 'yesterday' })).problem(400), 'since');
    assertNames((await admin.get('stats/export', { hours: 0 })).problem(400), 'hours');
    assert.deepEqual((await admin.get('stats/messages')).as<Page<TypeCount>>(200).items, []);
  });
});
