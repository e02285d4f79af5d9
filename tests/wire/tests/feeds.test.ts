import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestProject } from '../harness/project.ts';
import { assertNames } from '../harness/rest.ts';
import { startServer } from '../harness/server.ts';
import type { AgentSocket } from '../harness/socket.ts';
import { assertAgent, assertFields, assertMessage, place } from '../harness/shapes.ts';
import type { Agent, Change, Execution, Message } from '../harness/wire.ts';

const server = await startServer();

interface Subscribed {
  subscription: string;
  place: string;
  recovered: boolean;
}

/** The next changes of a subscription, so many. */
async function changes<T>(socket: AgentSocket, subscription: string, count: number): Promise<Change<T>[]> {
  const taken: Change<T>[] = [];
  for (let n = 0; n < count; n++) taken.push(await socket.event<Change<T>>('change', (one) => one.subscription === subscription));
  return taken;
}

function said(taken: Change<Message>[]) {
  return taken.map((change) => change.item.content);
}

describe('A subscription', { concurrency: 6 }, () => {
  it('sends new entries, each with its place', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', 'before');
    const socket = await ada.connect();

    const subscribed = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {} } });
    assertFields(subscribed, ['subscription', 'place', 'recovered']);
    assert.match(subscribed.place, place);
    assert.equal(subscribed.recovered, true);
    const sent = await ada.send({ to: 'bob', content: 'after' });

    const [change] = await changes<Message>(socket, subscribed.subscription, 1);
    assertFields(change!, ['subscription', 'feed', 'place', 'op', 'item']);
    assertMessage(change!.item);
    assert.deepEqual([change!.feed, change!.op, change!.item.content], ['messages', 'put', 'after']);
    assert.equal(Number(change!.place.split('-').at(-1)), sent.seq);
  });

  it('continues from a place, with no losses and no repeats', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const first = await ada.connect();
    const { subscription } = await first.ok<Subscribed>('subscribe', { feeds: { messages: {} } });
    for (const content of ['1', '2', '3']) await ada.tell('bob', content);
    const [, second] = await changes<Message>(first, subscription, 2);
    first.terminate();
    await ada.tell('bob', '4');

    const socket = await ada.connect();
    const again = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {} }, after: second!.place });
    assert.equal(again.recovered, true);
    await ada.tell('bob', '5');
    assert.deepEqual(said(await changes(socket, again.subscription, 3)), ['3', '4', '5']);

    const bare = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {} }, after: second!.item.seq });
    assert.deepEqual(said(await changes(socket, bare.subscription, 3)), ['3', '4', '5']);
    const all = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {} }, after: 0 });
    assert.deepEqual(said(await changes(socket, all.subscription, 5)), ['1', '2', '3', '4', '5']);
  });

  it('gets a gap if its place is no longer in the log', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    await ada.tell('bob', 'first');
    const socket = await ada.connect();

    const answer = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {} }, after: '1-7' });

    assert.equal(answer.recovered, false);
    const put = await socket.event<Change<Message>>('change', (one) => one.subscription === answer.subscription && one.op === 'put');
    assert.equal(put.item.content, 'first', 'it reads from the first entry of the new epoch');
  });

  it('sends what matches its filter', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    const { subscription } = await socket.ok<Subscribed>('subscribe', { feeds: { messages: { type: 'answer', sender: 'bob' } } });

    await bob.send({ to: 'ada', content: 'wrong type' });
    await ada.send({ to: 'bob', content: 'wrong sender', message_type: 'answer' });
    await bob.send({ to: 'ada', content: 'right', message_type: 'answer' });

    assert.deepEqual(said(await changes(socket, subscription, 1)), ['right']);
  });

  it('shows an agent nothing that it may not read', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const eve = await project.agent('eve');
    const socket = await eve.connect();
    const { subscription } = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {}, receipts: {} } });

    await ada.tell('bob', 'secret');
    await bob.claimOne({ max: 1 });
    await bob.send({ to: '*', content: 'to all' });

    const first = await socket.event<Change<Message>>('change', (one) => one.subscription === subscription && one.feed === 'messages');
    assert.equal(first.item.content, 'to all');
    const receipts = socket.left.filter(
      (frame) => frame.event === 'change' && (frame.data as Change<{ agent_id: string }>).item.agent_id === 'bob',
    );
    assert.deepEqual(receipts, []);
  });

  it('may begin with the current state', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();

    const { subscription } = await socket.ok<Subscribed>('subscribe', { feeds: { agents: {} }, snapshot: true });

    const found: Agent[] = [];
    for (let done = false; !done;) {
      const part = await socket.event<{ subscription: string; feed: string; items: Agent[]; done: boolean }>('snapshot');
      assertFields(part, ['subscription', 'feed', 'items', 'done']);
      assert.deepEqual([part.subscription, part.feed], [subscription, 'agents']);
      found.push(...part.items);
      done = part.done;
    }
    found.forEach(assertAgent);
    assert.deepEqual(found.map((one) => one.agent_id).sort(), ['ada', 'bob']);

    await project.agent('eve');
    const change = await socket.event<Change<Agent>>('change', (one) => one.item.agent_id === 'eve');
    assert.deepEqual([change.feed, change.op], ['agents', 'put']);
    (await project.admin.delete('agents/eve')).succeeds();
    const gone = await socket.event<Change<Agent>>('change', (one) => one.op === 'delete');
    assert.equal(gone.item.agent_id, 'eve');
  });

  it('to receipts follows deliveries live', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await ada.connect();
    await socket.ok('subscribe', { feeds: { receipts: {} } });
    const id = await ada.tell('bob', 'hello');
    const { lease_id } = await bob.claimOne({ max: 1 });
    (await bob.rest.post(`messages/${id}/ack`, { lease_id })).isEmpty();

    interface Receipt {
      message_id: string;
      agent_id: string;
      state: string;
    }
    const receipt = async (state: string) => socket.event<Change<Receipt>>('change', (one) => one.item.state === state);
    for (const state of ['leased', 'acknowledged']) {
      const { feed, item } = await receipt(state);
      assert.deepEqual([feed, item.message_id, item.agent_id], ['receipts', id, 'bob']);
    }
  });

  it('to receipts never takes a place beyond the entries that were sent, so that a client can resume after it', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const count = 200;
    const before = await ada.send({ to: 'bob', content: 'before' });
    for (let n = 0; n < count; n++) await ada.send({ to: 'bob', content: `${n} ${'x'.repeat(60_000)}` });
    const socket = await ada.connect();
    const { place: head } = await (await ada.connect()).ok<Subscribed>('subscribe', { feeds: { messages: {} } });
    const after = `${head.split('-').at(0)}-${before.seq}`;
    await socket.ok('subscribe', { feeds: { messages: {}, receipts: {} }, after });

    // Most of the messages wait on the server while the receipts come.
    socket.stall();
    for (let n = 0; n < 20; n++) {
      const { message, lease_id } = await bob.claimOne({ max: 1 });
      (await bob.rest.post(`messages/${message.message_id}/ack`, { lease_id })).isEmpty();
    }
    socket.resume();

    const seqs: number[] = [];
    const seen = { messages: 0, receipts: 0 };
    while (seen.messages < count || seen.receipts < 20) {
      const change = await socket.event<Change<{ state?: string }>>('change');
      seqs.push(Number(change.place.split('-').at(-1)));
      if (change.feed === 'messages') seen.messages++;
      else if (change.item.state === 'acknowledged') seen.receipts++;
    }
    assert.deepEqual(
      seqs,
      [...seqs].sort((a, b) => a - b),
    );
  });

  it('to executions shows each as it is now', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();
    await socket.ok('subscribe', { feeds: { executions: {} } });
    const { execution_id: id } = await ada.execution();
    (await ada.rest.patch(`executions/${id}`, { progress: 70 })).succeeds();

    const change = await socket.event<Change<Execution>>('change', (one) => one.item.progress === 70);
    assert.deepEqual([change.feed, change.op, change.item.execution_id], ['executions', 'put', id]);
  });

  it('to messages includes deletions and reactions', async () => {
    const project = await TestProject.create(server);
    const [ada, bob] = await project.pair();
    const socket = await bob.connect();
    await socket.ok('subscribe', { feeds: { messages: {} } });
    const id = await ada.tell('bob', 'regret');
    await socket.event<Change<Message>>('change', (one) => one.item.content === 'regret');

    (await ada.rest.delete(`messages/${id}`)).succeeds();

    const gone = await socket.event<Change<Message>>('change', (one) => one.op === 'delete');
    assert.equal(gone.item.message_id, id);
  });

  it('may hold several feeds, and ends', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect();
    const { subscription } = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {}, executions: {} } });
    await ada.tell('bob', '1');
    await ada.execution();
    const feeds = (await changes(socket, subscription, 2)).map((change) => change.feed);
    assert.deepEqual(feeds, ['messages', 'executions']);

    await socket.ok('unsubscribe', { subscription });
    await ada.tell('bob', '2');
    const { subscription: later } = await socket.ok<Subscribed>('subscribe', { feeds: { messages: {} } });
    await ada.tell('bob', '3');

    assert.deepEqual(said(await changes(socket, later, 1)), ['3']);
    assert.deepEqual(socket.left, []);
    await socket.refused('unsubscribe', { subscription }, 404, 'not_found');
  });

  it('comes together, in order, for a reader that asks for that', async () => {
    const project = await TestProject.create(server);
    const [ada] = await project.pair();
    const socket = await ada.connect({ query: { batch: 1 } });
    const { subscription } = await socket.ok<Subscribed>('subscribe', {
      feeds: { messages: {} },
      coalesce_ms: 1000,
      excerpt: 10,
      include: 'deliveries',
    });
    const before = socket.arrays;
    for (let n = 1; n <= 5; n++) await ada.tell('bob', `${n}, ${'and so on '.repeat(5)}`);

    const seen = await changes<Message & { truncated: boolean; deliveries: { total: number } }>(socket, subscription, 5);

    assert.deepEqual(
      seen.map(({ item }) => [item.content?.[0], item.truncated, item.deliveries.total]),
      [1, 2, 3, 4, 5].map((n) => [`${n}`, true, 1]),
    );
    assert.deepEqual(
      seen.map(({ place, item }) => Number(place.split('-')[1]) - item.seq),
      [0, 0, 0, 0, 0],
    );
    assert.ok(socket.arrays > before, 'nothing came together');
  });

  it('is refused with the name of the invalid field', async () => {
    const project = await TestProject.create(server);
    const ada = await project.agent('ada');
    const socket = await ada.connect();
    const cases: [unknown, string][] = [
      [{}, 'feeds'],
      [{ feeds: {} }, 'feeds'],
      [{ feeds: 'messages' }, 'feeds'],
      [{ feeds: { messages: {} }, after: 'x-y-z' }, 'after'],
      [{ feeds: { messages: {} }, after: -1 }, 'after'],
      [{ feeds: { messages: {} }, snapshot: 'yes' }, 'snapshot'],
      [{ feeds: { messages: {} }, since: 1 }, 'since'],
      [{ feeds: { messages: { color: 'red' } } }, 'feeds.messages.color'],
      [{ feeds: { messages: { q: 'login' } } }, 'feeds.messages.q'],
      [{ feeds: { messages: { state: 'dead' } } }, 'feeds.messages.state'],
      [{ feeds: { messages: { type: ['a', '!b'] } } }, 'feeds.messages.type'],
      [{ feeds: { messages: {} }, coalesce_ms: 5000 }, 'coalesce_ms'],
      [{ feeds: { messages: {} }, excerpt: 0 }, 'excerpt'],
      [{ feeds: { tasks: {} }, include: 'deliveries' }, 'include'],
      [{ feeds: { mailboxes: { squad: 'a' } } }, 'feeds.mailboxes.squad'],
    ];
    for (const [data, field] of cases) assertNames(await socket.refused('subscribe', data, 400, 'invalid_request'), field);
    await socket.refused('subscribe', { feeds: { gossip: {} } }, 400, 'invalid_request');
  });

  it('that nobody reads does not slow down senders, and loses nothing', async () => {
    const project = await TestProject.create(server, { rate_limit_per_second: 0, mailbox_limit: 100_000 });
    const [ada, bob] = await project.pair();
    const reader = await bob.connect({ query: { window: 1 } });
    const { subscription } = await reader.ok<Subscribed>('subscribe', { feeds: { messages: {} } });
    reader.stall();
    const items = Array.from({ length: 500 }, () => ({ to: 'bob', content: 'x'.repeat(8_000) }));
    const seqs: number[] = [];
    for (let n = 0; n < 6; n++)
      seqs.push(...(await ada.rest.post('messages/batch', { items })).as<{ items: { seq: number }[] }>().items.map((one) => one.seq));

    reader.resume();

    const seen = (await changes<Message>(reader, subscription, seqs.length)).map((change) => change.item.seq);
    assert.deepEqual(seen, seqs);
  });
});
