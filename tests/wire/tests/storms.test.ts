import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { startServer } from '../harness/server.ts';
import { assertFields, time, uuid7 } from '../harness/shapes.ts';
import type { Change, InboxItem, Page, SendAnswer } from '../harness/wire.ts';

const server = await startServer();

interface StormMessage {
  message_id: string;
  sender_id: string;
  content: string | null;
}

interface Storm {
  storm_id: string;
  status: string;
  agents: string[];
  thread_id: string;
  started_at: string;
  replies: number;
  held: number;
  first_message: StormMessage;
  last_messages: StormMessage[];
  held_messages: StormMessage[] | null;
}

const fields = [
  'storm_id',
  'status',
  'agents',
  'thread_id',
  'started_at',
  'ended_at',
  'decided_by',
  'replies',
  'window_seconds',
  'repeated',
  'held',
  'first_message',
  'last_messages',
  'held_messages',
  'holds_up_to',
  'told_at',
  'version',
];

describe('A storm', { concurrency: 4 }, () => {
  it('of agents that answer whatever they get ends at the limit, and goes on when a person says so', async () => {
    const project = await TestProject.create(server);
    const agents = await project.pair();
    const sockets = await Promise.all(agents.map((agent) => agent.connect()));
    let sent = 0;

    /** Answers until the answer is held. */
    const answers = async (which: number): Promise<SendAnswer | undefined> => {
      for (;;) {
        const { message } = await sockets[which]!.received();
        if (message.sender_id === 'human') return undefined;
        sent++;
        const answer = await sockets[which]!.ok<SendAnswer>('message:reply', { message_id: message.message_id, content: 'Thanks!' });
        if (answer.deliveries[0]!.outlook === 'held') return answer;
      }
    };
    const first = await agents[0].send({ to: 'bob', content: 'Hello!' });
    const held = (await Promise.race([answers(0), answers(1)]))!;
    assert.equal(sent, 51);

    const [storm] = (await project.admin.get('storms', { status: 'open' })).as<Page<Storm>>(200).items;
    const shown = (await project.admin.get(`storms/${storm!.storm_id}`)).as<Storm>(200);
    assertFields(shown, fields);
    assert.match(shown.storm_id, uuid7);
    assert.match(shown.started_at, time);
    assert.deepEqual(
      [shown.agents.toSorted(), shown.thread_id, shown.replies, shown.held],
      [['ada', 'bob'], first.conversation_thread_id, 50, 1],
    );
    assert.deepEqual([shown.first_message.content, shown.held_messages![0]!.message_id], ['Hello!', held.message_id]);

    const inbox = (await project.admin.get('agents/human/inbox')).as<
      Page<{ message: { message_type: string; payload: { storm_id: string } } }>
    >(200);
    assert.deepEqual(
      inbox.items.map(({ message }) => [message.message_type, message.payload.storm_id]),
      [['storm', storm!.storm_id]],
    );
    const released = (await project.admin.post(`storms/${storm!.storm_id}/release`, { message: 'Enough.' })).as<Storm>(200);
    assert.deepEqual([released.status, released.held], ['released', 0]);
  });

  it('is on its feed and among the events, for those who oversee the project', async () => {
    const project = await TestProject.create(server, { loop_limit: 1 });
    const [ada, bob] = await project.pair();
    const human = await (await project.operator()).connect();
    const { subscription } = await human.ok<{ subscription: string }>('subscribe', { feeds: { storms: {} } });
    const adas = await ada.connect();
    await adas.refused('subscribe', { feeds: { storms: { status: 'nonsense' } } }, 400);

    const first = await ada.send({ to: 'bob', content: 'Hello!' });
    const second = await bob.send({ to: 'ada', content: 'Hello!', reply_to: first.message_id });
    await ada.send({ to: 'bob', content: 'Hello!', reply_to: second.message_id });

    const change = await human.event<Change<Storm>>('change', (data) => data.subscription === subscription);
    assert.deepEqual([change.feed, change.op, change.item.status, change.item.last_messages[0]!.content], ['storms', 'put', 'open', null]);
    await project.admin.post(`storms/${change.item.storm_id}/cancel`);
    const types = async (api: typeof project.admin) =>
      (await api.get('events', { types: 'storm_*' })).as<Page<{ event_type: string }>>(200).items.map((event) => event.event_type);
    assert.deepEqual(await types(project.admin), ['storm_cancelled', 'storm_started']);
    assert.deepEqual(await types(ada.rest), []);
    const isNotice = ({ message }: InboxItem) => message.message_type === 'storm_cancelled';
    const { message: told } = await adas.event<InboxItem>('message:received', isNotice);
    assert.deepEqual([told.sender_id, (told.payload as { replies: number }).replies], ['parley', 1]);
  });
});
