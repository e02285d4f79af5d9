import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionError, ParleyError, type Agent } from '@parley/client';
import { eventually, patience, within } from '../../../tests/wire/harness/deadline.ts';
import { Proxy } from './harness/proxy.ts';
import { first, World } from './harness/world.ts';

const world = await World.create();
const limits = { rate_limit_per_second: 0, mailbox_limit: 100_000 };

/** Two agents, each behind a network of its own. */
async function pair(project: string): Promise<{ ada: Agent; ben: Agent; networks: Proxy[] }> {
  const networks = [await Proxy.to(world.server.url), await Proxy.to(world.server.url)];
  const ada = await world.agent('ada', { project, url: networks[0]!.url });
  const ben = await world.agent('ben', { project, url: networks[1]!.url, window: 50 });
  return { ada, ben, networks };
}

/** Reads so many messages, each acknowledged, and answers what they said. */
async function read(agent: Agent, count: number, progress: (seen: number) => void = () => undefined): Promise<number[]> {
  const seen: number[] = [];
  for await (const message of agent.messages()) {
    seen.push(Number(message.content));
    // Now and then, the work takes a while, so that a connection breaks with a message in hand.
    if (seen.length % 37 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await message.ack();
    progress(seen.length);
    if (seen.length === count) return seen;
  }
  return seen;
}

const inOrder = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('What two agents say', () => {
  it('arrives once per acknowledgment and in order, though their connections are cut', { timeout: patience }, async () => {
    const project = await world.project(limits);
    const { ada, ben, networks } = await pair(project);
    const count = 2000;
    const reading = read(ben, count, (seen) => {
      if (seen % 400 === 200) networks[1]!.cut();
    });
    const sent = [];
    for (const n of inOrder(count)) {
      sent.push(ada.send('ben', String(n)));
      if (n % 500 === 250) {
        await Promise.all(sent);
        networks[0]!.loseAnswer();
      }
    }
    const answers = await Promise.all(sent);
    assert.equal(new Set(answers.map(({ message_id }) => message_id)).size, count);
    assert.deepEqual(await within('the messages', reading), inOrder(count));
    await ben.flush();
    const { mailbox } = await world.parley({ project }).agents.get('ben');
    assert.deepEqual([mailbox.queued, mailbox.in_flight, mailbox.dead], [0, 0, 0]);
    assert.ok(networks[0]!.connections > 4 && networks[1]!.connections > 4);
  });

  it('arrives once and in order, though the server is killed again and again', { timeout: 2 * patience }, async () => {
    const project = await world.project(limits);
    const { ada, ben, networks } = await pair(project);
    const count = 1500;
    let seen = 0;
    const reading = read(ben, count, (n) => (seen = n));
    const sending = (async () => {
      const sent = [];
      // A trickle, so that kills meet sends at every stage.
      for (const n of inOrder(count)) {
        if (n - seen >= 300)
          await eventually(
            'the reader',
            async () => seen,
            (read) => n - read < 300,
          );
        sent.push(ada.send('ben', String(n)));
      }
      return Promise.all(sent);
    })();
    for (const at of [200, 700, 1200]) {
      await eventually(
        `message ${at}`,
        async () => seen,
        (read) => read >= at,
      );
      await world.kill();
      await world.start();
      for (const network of networks) network.moveTo(world.server.url);
    }
    const answers = await within('the confirmations', sending);
    assert.equal(new Set(answers.map(({ message_id }) => message_id)).size, count);
    assert.deepEqual(await within('the messages', reading), inOrder(count));
    assert.equal((await world.parley({ project }).stats.get()).messages.sent, count);
  });

  it('arrives once and in order over a network that loses connections at random', { timeout: 2 * patience }, async () => {
    const project = await world.project(limits);
    const { ada, ben, networks } = await pair(project);
    const count = 600;
    for (const network of networks) network.loseAbout(40);
    const reading = read(ben, count);
    const answers = [];
    for (const n of inOrder(count)) {
      const answer = ada.send('ben', String(n));
      answers.push(answer);
      if (n % 5 === 0) await answer;
    }
    const ids = new Set((await Promise.all(answers)).map(({ message_id }) => message_id));
    assert.equal(ids.size, count);
    assert.deepEqual(await within('the messages', reading, 2 * patience), inOrder(count));
    assert.ok(networks[0]!.connections + networks[1]!.connections > 5);
  });
});

describe('A connection', () => {
  it('frees at once, by its session, what the broken one held', { timeout: patience }, async () => {
    // This server would notice only after two hours.
    const patient = await World.create({ PARLEY_HEARTBEAT_SECONDS: '3600' });
    const network = await Proxy.to(patient.server.url);
    const ada = await patient.agent('ada');
    const ben = await patient.agent('ben', { url: network.url });
    await ada.send('ben', 'one');
    const [held] = await first(1, ben.messages());
    const session = ben.sessionId;
    network.vanish();
    const [again] = await first(1, ben.messages());
    assert.notEqual(ben.sessionId, session);
    assert.equal(again!.message.message_id, held!.message.message_id);
    assert.equal(again!.attempt, 1);
    await again!.ack({ confirm: true });
  });

  it('takes and is what it took and was before it broke', { timeout: patience }, async () => {
    const project = await world.project(limits);
    const { ada, ben, networks } = await pair(project);
    await ben.setStatus({ activity: 'working' });
    const messages = ben.messages({ types: ['wanted'] });
    await ada.send({ to: 'ben', content: 'one', message_type: 'wanted' });
    const one = (await messages.next()).value!;
    await one.ack({ confirm: true });
    networks[1]!.cut();
    await ada.send({ to: 'ben', content: 'no', message_type: 'unwanted' });
    await ada.send({ to: 'ben', content: 'two', message_type: 'wanted' });
    assert.equal((await messages.next()).value!.content, 'two');
    assert.equal((await ada.agents.get('ben')).activity, 'working');
  });

  it('that dies silently is noticed, and what was sent meanwhile arrives', { timeout: patience }, async () => {
    const quick = await World.create({ PARLEY_HEARTBEAT_SECONDS: '1' });
    const network = await Proxy.to(quick.server.url);
    const ada = await quick.agent('ada', { url: network.url });
    await quick.agent('ben');
    network.freeze();
    const answer = await within('the confirmation', ada.send('ben', 'hello'));
    assert.equal(answer.duplicate, false);
    assert.equal(network.connections > 1, true);
  });

  it('waits longer and longer, tells when it tries again, and can be hurried', { timeout: patience }, async () => {
    const other = await World.create();
    const ada = await other.agent('ada', { url: (await Proxy.to(other.server.url)).url });
    const states: string[] = [];
    const waits: number[] = [];
    ada.onConnection((state) => {
      states.push(state.status);
      if (state.status === 'waiting') waits.push(state.retryAt! - state.since);
      if (state.status === 'waiting' && waits.length < 8) setTimeout(() => ada.retryNow(), 5);
    });
    await other.kill();
    await eventually(
      'eight tries',
      async () => waits,
      ({ length }) => length >= 8,
    );
    assert.ok(
      waits.every((wait) => wait >= 490 && wait <= 15_010),
      waits.join(),
    );
    assert.ok(waits[7]! > waits[0]!, waits.join());
    assert.ok(states.includes('connecting'));
    await assert.rejects(ada.request('ada', 'anyone?', { timeout: 10, signal: AbortSignal.timeout(200) }));
    await ada.close();
    assert.equal(ada.connection.status, 'closed');
    await assert.rejects(ada.send('ada', 'too late'), (error) => error instanceof ParleyError && error.code === 'closed');
  });

  it('ends a request that it cannot repeat, and says whether it goes on', { timeout: patience }, async () => {
    const project = await world.project(limits);
    const { ada, ben, networks } = await pair(project);
    const request = ada.request('ben', 'think about it');
    const [asked] = await first(1, ben.messages());
    networks[0]!.cut();
    await assert.rejects(request, (error) => error instanceof ConnectionError && error.stored);
    await asked!.reply('I have thought.');
    const [late] = await first(1, ada.messages());
    assert.deepEqual([late!.content, late!.message.reply_to], ['I have thought.', asked!.message.message_id]);
  });

  it('is not opened again once its token has ended', { timeout: patience }, async () => {
    const project = await world.project(limits);
    const network = await Proxy.to(world.server.url);
    const ada = await world.agent('ada', { project, url: network.url });
    const connections = network.connections;
    const closed = new Promise<Error>((resolve) => ada.onConnection((state) => state.status === 'closed' && resolve(state.reason!)));
    await world.parley({ project }).rest.post('/agents/{agent_id}/token', { path: { agent_id: 'ada' } });
    const reason = await within('the end', closed);
    assert.ok(reason instanceof ParleyError && reason.code === 'unauthorized', String(reason));
    assert.equal(network.connections, connections);
    await assert.rejects(ada.send('ada', 'still there?'), (error) => (error as ParleyError).code === 'unauthorized');
    await assert.rejects(first(1, ada.messages()), (error) => (error as ParleyError).code === 'unauthorized');
  });
});
