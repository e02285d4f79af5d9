import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ParleyError, type FeedEntry, type Feed } from '@parley/client';
import { binary } from '../../../tests/wire/harness/server.ts';
import { eventually, patience, within } from '../../../tests/wire/harness/deadline.ts';
import { run } from '../../../tests/wire/harness/tools.ts';
import { Proxy } from './harness/proxy.ts';
import { first, World } from './harness/world.ts';

const world = await World.create();
const limits = { rate_limit_per_second: 0, mailbox_limit: 100_000 };

/** What a page would have: the items of each feed by their id, kept up to date; and each message as often as it came. */
class Copy {
  readonly items: Record<string, Map<string, unknown>> = {};
  readonly seqs: number[] = [];
  readonly gaps: string[] = [];
  snapshots = 0;

  follow(feed: Feed<string>): this {
    void (async () => {
      for await (const batch of feed.batches()) for (const entry of batch) this.#take(entry);
    })().catch(() => undefined);
    return this;
  }

  #take(entry: FeedEntry): void {
    const items = (this.items[entry.feed] ??= new Map());
    if (entry.op === 'gap') this.gaps.push(entry.feed);
    else if (entry.op === 'snapshot') {
      this.snapshots++;
      items.clear();
      for (const item of entry.items) items.set(idOf(entry.feed, item), item);
    } else if (entry.op === 'put') {
      if (entry.feed === 'messages') this.seqs.push((entry.item as { seq: number }).seq);
      items.set(idOf(entry.feed, entry.item), entry.item);
    } else items.delete(idOf(entry.feed, entry.item));
  }
}

function idOf(feed: string, item: unknown): string {
  const field = { messages: 'message_id', tasks: 'task_id', memory: 'key', squads: 'squad_id', attention: 'attention_id' }[feed]!;
  return (item as Record<string, string>)[field]!;
}

describe('A feed', () => {
  it(
    'equals a fresh snapshot in the end, though connections are lost at random and the server is killed',
    { timeout: 2 * patience },
    async () => {
      const project = await world.project(limits);
      const network = await Proxy.to(world.server.url);
      network.loseAbout(80);
      const admin = () => world.parley({ project });
      await admin().agents.register({ agent_id: 'ada' });
      const feeds = ['messages', 'tasks', 'memory', 'squads'] as const;
      const copy = new Copy().follow(await world.parley({ project, url: network.url }).subscribe(feeds, { snapshot: true }));

      const sent: number[] = [];
      // On a fast machine, the connection is back only after many changes.
      for (let n = 0; n < 300 || (network.connections <= 4 && n < 20_000); n++) {
        const own = admin();
        sent.push((await own.messages.send({ to: 'ada', content: String(n) })).seq);
        await own.memory.set(`k/${n % 40}`, n);
        if (n % 3 === 0) await own.memory.delete(`k/${n % 40}`);
        if (n % 10 === 0) {
          const { task_id } = await own.tasks.create({ title: `T${n}` });
          if (n % 20 === 0) await own.tasks.delete(task_id);
          else await own.tasks.update(task_id, { title: `T${n}, changed` });
        }
        if (n % 50 === 25) await own.squads.create({ squad_id: `s${n}`, name: `Squad ${n}` });
        if (n === 100 || n === 200) {
          await world.kill();
          await world.start();
          network.moveTo(world.server.url);
        }
      }
      await eventually(
        'the last message',
        async () => copy.seqs,
        (seqs) => seqs.at(-1) === sent.at(-1),
      );
      await admin().memory.set('last', true);
      await eventually('the last entry', async () => copy.items['memory']?.get('last'), Boolean);

      assert.deepEqual(copy.seqs, sent);
      const fresh: FeedEntry<(typeof feeds)[number]>[] = await first(4, await admin().subscribe(feeds, { snapshot: true }));
      for (const entry of fresh) {
        assert.ok(entry.op === 'snapshot');
        // Of the messages, the state is the newest ones.
        const have = [...copy.items[entry.feed]!].slice(entry.feed === 'messages' ? -entry.items.length : 0);
        const there = entry.items.map((item) => [idOf(entry.feed, item), item] as const);
        assert.deepEqual(new Map(have.sort()), new Map([...there].sort()), entry.feed);
      }
      assert.deepEqual(copy.gaps, []);
      assert.ok(network.connections > 4, String(network.connections));
    },
  );

  it('of several kinds shares one socket with the others, and filters', { timeout: patience }, async () => {
    const project = await world.project(limits);
    const network = await Proxy.to(world.server.url);
    const parley = world.parley({ project, url: network.url });
    await parley.agents.register({ agent_id: 'ada' });
    const before = network.connections;
    const questions = await parley.subscribe({ messages: { type: ['question', 'answer'] } });
    const both = await parley.subscribe(['agents', 'messages'], { snapshot: true });
    await parley.messages.send({ to: 'ada', content: 'a text' });
    await parley.messages.send({ to: 'ada', content: 'a question', message_type: 'question' });
    const [question] = await first(1, questions);
    assert.ok(question!.op === 'put' && question!.item.content === 'a question');
    const four = await first(4, both);
    assert.deepEqual(four.map(({ op, feed }) => `${op} ${feed}`).slice(0, 2), ['snapshot agents', 'snapshot messages']);
    assert.ok(four.some((entry) => entry.feed === 'messages' && entry.op === 'put' && entry.item.content === 'a text'));
    assert.ok(network.connections - before <= 3, 'REST keeps a connection or two, and all feeds have one.');
  });

  it('goes on after a place, and says what it misses when the log begins anew', { timeout: 2 * patience }, async () => {
    const own = await World.create();
    const network = await Proxy.to(own.server.url);
    const parley = own.parley({ url: network.url });
    await parley.agents.register({ agent_id: 'ada' });
    await parley.memory.set('kept', 1);
    const backup = `${own.configFolder}/backup.db`;
    const env = { ...process.env, PARLEY_BIN: undefined };
    const saved = await run(binary, ['backup', '--data', own.server.dataFolder, '--output', backup], { env });
    assert.equal(saved.code, 0, saved.output);
    const feed = await parley.subscribe({ memory: {} }, { snapshot: true });
    const copy = new Copy().follow(feed as Feed<string>);
    await parley.memory.set('lost', 2);
    await eventually(
      'the entry',
      async () => copy.items['memory']?.size,
      (size) => size === 2,
    );
    const place = feed.place!;

    await own.server.stop();
    const restored = await run(binary, ['restore', backup, '--data', own.server.dataFolder, '--replace'], { env });
    assert.equal(restored.code, 0, restored.output);
    await own.start();
    network.moveTo(own.server.url);
    parley.retryNow();
    // The new state may be that of the log's beginning, and what followed comes after it.
    await eventually(
      'the state of the backup',
      async () => [copy.snapshots, ...copy.items['memory']!.keys()].join(),
      (have) => have === '2,kept',
    );
    assert.deepEqual(copy.gaps, ['memory']);
    assert.notEqual(feed.place!.split('-')[0], place.split('-')[0]);

    const [gap] = await first(1, await parley.subscribe('memory', { after: place }));
    assert.ok(gap!.op === 'gap' && gap!.after === place);
  });

  it('of what needs attention has its state again after each break', { timeout: patience }, async () => {
    const project = await world.project(limits);
    const direct = world.parley({ project });
    const network = await Proxy.to(world.server.url);
    for (const agent_id of ['ada', 'bob']) await direct.agents.register({ agent_id });
    const status = (agent: string, word: 'online' | 'error') => direct.agents.setStatus(agent, { status: word });
    const copy = new Copy().follow(await world.parley({ project, url: network.url }).subscribe('attention', { snapshot: true }));
    const has = (what: string) =>
      eventually(
        `attention for ${what}`,
        async () => [...(copy.items['attention']?.keys() ?? [])].join(),
        (ids) => ids === what,
      );
    await status('ada', 'error');
    await has('agent_error:ada');

    // The place of the last entry says nothing of this.
    network.cut();
    await status('ada', 'online');
    await status('bob', 'error');
    await has('agent_error:bob');
    assert.ok(copy.snapshots >= 2);
    assert.deepEqual(copy.gaps, []);
  });

  it('ends, and says why, when its token ends, and another can be opened then', { timeout: patience }, async () => {
    const admin = world.parley();
    const token = await admin.rest.post('/tokens', { body: { kind: 'observer', project_id: 'default' } });
    const network = await Proxy.to(world.server.url);
    const parley = world.parley({ token: token.token, url: network.url });
    const feed = await parley.subscribe('messages');
    const states: string[] = [];
    const reasons: unknown[] = [];
    parley.onConnection(({ status, reason }) => (states.push(status), reasons.push(reason)));
    await admin.rest.delete('/tokens/{id}', { path: { id: token.token_id } });
    await assert.rejects(within('the end', first(1, feed)), (error) => error instanceof ParleyError && error.code === 'unauthorized');
    assert.deepEqual([states, (reasons[0] as ParleyError).code, parley.connection!.status], [['closed'], 'unauthorized', 'closed']);
    const connections = network.connections;
    await assert.rejects(parley.subscribe('messages'), (error) => (error as ParleyError).code === 'unauthorized');
    assert.equal(network.connections, connections + 1);
  });

  it('waits for a server that is not there yet, until it is told to stop', { timeout: patience }, async () => {
    const own = await World.create();
    const network = await Proxy.to(own.server.url);
    await own.kill();
    const parley = own.parley({ url: network.url });
    await assert.rejects(parley.subscribe('agents', { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
    const subscribing = parley.subscribe('agents', { snapshot: true });
    await own.start();
    network.moveTo(own.server.url);
    parley.retryNow();
    assert.equal((await first(1, await subscribing))[0]!.op, 'snapshot');
  });

  it('refuses what the server refuses', async () => {
    await assert.rejects(
      world.parley().subscribe({ messages: { q: 'words' } }),
      (error) => error instanceof ParleyError && error.status === 400,
    );
    await assert.rejects(world.parley().subscribe('nothing'), (error) => error instanceof ParleyError && error.status === 400);
  });

  it('pauses while its reader is far behind, and then misses nothing', { timeout: 2 * patience }, async () => {
    const project = await world.project({ ...limits });
    const parley = world.parley({ project });
    const feed = await parley.subscribe('events');
    const count = 40_000;
    for (let n = 0; n < count; n += 2000) {
      await Promise.all(Array.from({ length: 2 }, (_, half) => publish(project, n + half * 1000)));
    }
    const seqs: number[] = [];
    for await (const entry of feed) {
      if (entry.op === 'put') seqs.push(entry.item.data as number);
      if (seqs.length === count) break;
    }
    assert.deepEqual(
      seqs.sort((one, other) => one - other),
      Array.from({ length: count }, (_, n) => n),
    );
  });

  /** A thousand events in one request. */
  async function publish(project: string, from: number): Promise<void> {
    const batch = Array.from({ length: 1000 }, (_, n) => ({
      specversion: '1.0',
      id: `${from + n}`,
      source: '/t',
      type: 'tick',
      data: from + n,
    }));
    const answer = await fetch(`${world.server.url}/api/v1/events?project_id=${project}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.server.adminToken}`, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(batch),
    });
    assert.ok(answer.ok, await answer.text());
  }
});
